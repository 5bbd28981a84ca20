use std::time::Duration;

use super::*;

fn parse(query: &str) -> Result<LoginParameters, &'static str> {
    LoginParameters::parse(query, &Routes::default())
}

#[test]
fn listed_parameters_are_forwarded_and_others_are_ignored() {
    let query = "returnTo=%2Fa&login_hint=alice&client_id=evil&redirect_uri=x&scope=y&state=z&audience=w&max_age=60";
    let parameters = parse(query).unwrap();
    assert_eq!(parameters.return_to.as_str(), "/a");
    assert_eq!(
        parameters.forwarded,
        [
            ("login_hint", "alice".to_owned()),
            ("max_age", "60".to_owned())
        ]
    );
    let recent = StepUp::recent_auth(Duration::from_mins(1));
    assert_eq!(parameters.step_up, Some(recent));
}

#[test]
fn malformed_and_repeated_parameters_are_errors_with_the_name() {
    for (query, name) in [
        ("max_age=-1", "max_age"),
        ("max_age=abc", "max_age"),
        ("max_age=1&max_age=2", "max_age"),
        ("require_acr=true", "require_acr"),
        ("acr_values=a&require_acr=1", "require_acr"),
        ("acr_values=+&require_acr=true", "acr_values"),
        ("prompt=evil", "prompt"),
        ("silent=1", "silent"),
        ("login_hint=a%0d%0ab", "login_hint"),
        ("returnTo=/a&returnTo=/b", "returnTo"),
    ] {
        assert_eq!(parse(query).unwrap_err(), name, "{query}");
    }
    let long = format!("login_hint={}", "a".repeat(MAX_VALUE + 1));
    assert_eq!(parse(&long).unwrap_err(), "login_hint");
}

#[test]
fn a_required_acr_is_an_essential_claim_if_the_provider_supports_it() {
    let required = parse("acr_values=a+b&require_acr=true&max_age=5").unwrap();
    let both = StepUp::recent_auth(Duration::from_secs(5)).and(StepUp::acr(["a", "b"]));
    assert_eq!(required.step_up, Some(both));
    let max_age = ("max_age", "5".to_owned());
    let values = ("acr_values", "a b".to_owned());
    assert_eq!(required.for_provider(false), [max_age.clone(), values]);
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#;
    assert_eq!(
        required.for_provider(true),
        [max_age, ("claims", claims.to_owned())]
    );
    let voluntary = parse("acr_values=a").unwrap();
    assert_eq!(voluntary.step_up, None);
    assert_eq!(
        voluntary.for_provider(true),
        [("acr_values", "a".to_owned())]
    );
}

#[test]
fn parameters_inside_the_return_path_are_kept_there() {
    let parameters = parse("returnTo=%2Fa%3Fscope%3Dx%26client_id%3Dy").unwrap();
    assert_eq!(parameters.return_to.as_str(), "/a?scope=x&client_id=y");
    assert_eq!(parameters.forwarded, []);
}

#[test]
fn a_restart_has_the_same_parameters_or_does_not_happen() {
    for query in [
        "",
        "max_age=0&organization=A",
        "max_age=0&acr_values=a+b&require_acr=true",
        "prompt=none&login_hint=alice%40example.com",
        "silent=true",
        "connection=google&screen_hint=signup&acr_values=a%20b&ui_locales=de",
    ] {
        let parameters = parse(query).unwrap();
        let pairs = parameters.to_pairs(512).unwrap();
        let again = LoginParameters::from_pairs(parameters.return_to.clone(), &pairs);
        let members = |found: &LoginParameters| {
            let LoginParameters {
                return_to,
                forwarded,
                step_up,
                organization,
                is_silent,
                ..
            } = found.clone();
            (return_to, forwarded, step_up, organization, is_silent)
        };
        assert_eq!(members(&again.unwrap()), members(&parameters), "{query}");
    }
    let long = format!("max_age=0&login_hint={}", "a".repeat(500));
    let long = parse(&long).unwrap();
    assert_eq!(long.to_pairs(512), None);
    for (name, value) in [("client_id", "evil"), ("max_age", "x"), ("prompt", "evil")] {
        let pairs = [(name.to_owned(), value.to_owned())];
        let again = LoginParameters::from_pairs(ReturnTo::home(), &pairs);
        assert!(again.is_none(), "{name}");
    }
}

#[test]
fn a_return_path_of_another_site_becomes_the_start_page() {
    let parameters = parse("returnTo=https%3A%2F%2Fevil.example").unwrap();
    assert_eq!(parameters.return_to, ReturnTo::home());
}

#[test]
fn debug_shows_neither_tickets_nor_tokens() {
    let query = "invitation=canary1&session_transfer_token=canary2&login_hint=canary3";
    let mut parameters = parse(query).unwrap();
    let text = format!("{parameters:?}");
    assert!(
        text.contains("invitation") && !text.contains("canary"),
        "{text}"
    );
    let token = parameters.take_session_transfer();
    assert_eq!(
        token,
        Some(("session_transfer_token", "canary2".to_owned()))
    );
}
