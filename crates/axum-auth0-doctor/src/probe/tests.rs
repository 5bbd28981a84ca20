#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use axum_auth0::config::Variables;

fn outcome(status: u16, location: &str) -> Outcome {
    let variables: Variables = [
        ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
        ("AUTH0_CLIENT_ID", "id"),
        ("AUTH0_CLIENT_SECRET", "secret"),
        ("AUTH0_SECRET", "2f1d0c9b8a7e6f5d4c3b2a190817f6e5"),
        ("APP_BASE_URL", "https://www.example.com"),
    ]
    .into_iter()
    .collect();
    let config = Config::from_variables(&variables, &[]).unwrap();
    let location = Url::parse(location).ok();
    let status = StatusCode::from_u16(status).unwrap();
    classify(&config, status, location.as_ref(), "body")
}

#[test]
fn only_our_own_callback_says_that_it_is_registered() {
    let callback = "https://www.example.com/auth/callback";
    for query in ["error=login_required&state=x", "code=x&state=y"] {
        assert_eq!(
            outcome(302, &format!("{callback}?{query}")),
            Outcome::Accepted
        );
    }
    let refused = outcome(
        303,
        &format!("{callback}?error=access_denied&error_description=No"),
    );
    assert!(refused.returned_to_callback() && !refused.is_accepted());
    assert_eq!(refused.describe(), "refuses it with access_denied (“No”)");
    for elsewhere in [
        "https://www.example.com.evil.example/auth/callback?error=login_required",
        "http://www.example.com/auth/callback?error=login_required",
        "https://www.example.com/auth/callback/x?error=login_required",
    ] {
        let outcome = outcome(302, elsewhere);
        assert!(matches!(outcome, Outcome::ErrorPage { .. }), "{outcome:?}");
    }
}

#[test]
fn a_login_page_in_spite_of_the_prompt_says_nothing() {
    assert_eq!(
        outcome(302, "https://tenant.eu.auth0.com/u/login"),
        Outcome::LoginPage
    );
    assert_eq!(outcome(200, ""), Outcome::LoginPage);
}

#[test]
fn a_failing_provider_does_not_mean_that_something_is_not_registered() {
    for status in [429, 500, 503] {
        assert!(matches!(outcome(status, ""), Outcome::Failed { .. }));
    }
    let callback = "https://www.example.com/auth/callback";
    for code in ["server_error", "temporarily_unavailable"] {
        let outcome = outcome(302, &format!("{callback}?error={code}"));
        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    }
    assert!(matches!(outcome(403, ""), Outcome::ErrorPage { .. }));
    assert!(matches!(outcome(404, ""), Outcome::ErrorPage { .. }));
}
