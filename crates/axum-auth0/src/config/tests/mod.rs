#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const PRODUCTS: ApiRegistration = ApiRegistration {
    prefix: "PRODUCTS",
    scopes: &["read:products"],
    is_of_login: true,
};

fn good() -> Variables {
    [
        ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
        ("AUTH0_CLIENT_ID", "client"),
        ("AUTH0_CLIENT_SECRET", "secret"),
        ("AUTH0_SECRET", "0123456789abcdef0123456789abcdef"),
        ("APP_BASE_URL", "https://www.example.com"),
        ("AUTH0_AUDIENCE", "https://api.example.com"),
        ("PRODUCTS_API_URL", "https://api.example.com/v1"),
    ]
    .into_iter()
    .collect()
}

fn read(variables: &Variables) -> Result<Config, ConfigError> {
    Config::from_variables(variables, &[PRODUCTS])
}

/// Returns the variables that have problems if `changes` are applied to a valid configuration.
fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    match read(&variables) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .problems()
            .iter()
            .map(|problem| problem.variable.clone())
            .collect(),
    }
}

#[test]
fn a_valid_configuration_is_read() {
    let config = read(&good()).unwrap();
    assert_eq!(config.issuer.as_str(), "https://tenant.eu.auth0.com/");
    assert_eq!(config.origin(), "https://www.example.com");
    assert_eq!(config.cookie.name, "__Host-session");
    assert_eq!(
        config.scope,
        [
            "openid",
            "profile",
            "email",
            "offline_access",
            "read:products"
        ]
    );
    let api = &config.apis["PRODUCTS"];
    assert_eq!(api.audience.as_deref(), Some("https://api.example.com"));
    assert_eq!(api.audience_variable, "AUTH0_AUDIENCE");
    assert_eq!(api.base_url.as_str(), "https://api.example.com/v1/");
}

#[test]
fn all_problems_are_listed_each_with_an_example() {
    let error = read(&Variables::default()).unwrap_err();
    let names: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| problem.variable.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "AUTH0_DOMAIN",
            "AUTH0_CLIENT_ID",
            "AUTH0_CLIENT_SECRET",
            "AUTH0_SECRET",
            "APP_BASE_URL",
            "PRODUCTS_API_URL"
        ]
    );
    assert!(
        error
            .problems()
            .iter()
            .all(|problem| !problem.example.is_empty())
    );
    assert!(
        error
            .to_string()
            .starts_with("the configuration has 6 problems:")
    );
}

/// `fn main() -> Result<(), Box<dyn Error>>` prints `Debug`.
#[test]
fn the_debug_text_of_the_error_is_the_readable_list() {
    let error = read(&Variables::default()).unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(format!("{error:?}").contains("\n  AUTH0_DOMAIN: "));
    let error = crate::BuildError::from(error);
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn diagnoses_are_exposed_by_debug_builds_or_on_request() {
    let with = |value: &str| {
        let mut variables = good();
        variables.set("AUTH0_EXPOSE_DIAGNOSES", value);
        read(&variables).unwrap().expose_diagnoses()
    };
    assert_eq!(with(""), cfg!(debug_assertions));
    assert!(with("true") && !with("false"));
    assert_eq!(
        problems(&[("AUTH0_EXPOSE_DIAGNOSES", "perhaps")]),
        ["AUTH0_EXPOSE_DIAGNOSES"]
    );
}

#[test]
fn a_missing_audience_is_not_a_problem() {
    let mut variables = good();
    variables.remove("AUTH0_AUDIENCE");
    let config = read(&variables).unwrap();
    assert_eq!(config.apis["PRODUCTS"].audience, None);
    assert_eq!(
        config.scope,
        ["openid", "profile", "email", "offline_access"]
    );
}

#[test]
fn every_invalid_value_is_a_problem_of_its_variable() {
    for (name, value) in [
        ("AUTH0_DOMAIN", "http://tenant.example.com"),
        ("AUTH0_SECRET", "short"),
        ("AUTH0_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("AUTH0_SECRET", "0123456789abcdef0123456789abcdef,short"),
        ("APP_BASE_URL", "www.example.com"),
        ("APP_BASE_URL", "http://www.example.com"),
        (
            "APP_BASE_URL",
            "https://a.example.com,https://b.example.com",
        ),
        ("AUTH0_AUDIENCE", "two words"),
        ("AUTH0_AUDIENCE_PARAMETER", "scope"),
        ("AUTH0_PROMPT", "none"),
        ("AUTH0_SCOPE", "profile email"),
        ("AUTH0_SESSION_STORE", "postgres:site"),
        ("AUTH0_SESSION_STORE", "file"),
        ("AUTH0_SESSION_STORE", "redis://host?prefx=a"),
        ("AUTH0_COOKIE_SECURE", "false"),
        ("AUTH0_COOKIE_SECURE", "perhaps"),
        ("AUTH0_COOKIE_SAME_SITE", "sometimes"),
        ("AUTH0_COOKIE_SAME_SITE", "strict"),
        ("AUTH0_COOKIE_SAME_SITE", "Strict"),
        ("AUTH0_COOKIE_NAME", "a b"),
        ("AUTH0_COOKIE_NAME", "a=b"),
        ("AUTH0_COOKIE_NAME", "a;b"),
        ("AUTH0_COOKIE_NAME", "sitzüng"),
        ("AUTH0_COOKIE_NAME", "__Host-session"),
        ("AUTH0_COOKIE_NAME", "__secure-session"),
        ("AUTH0_COOKIE_NAME", "txn_session"),
        ("AUTH0_COOKIE_DOMAIN", "other.example"),
        ("AUTH0_COOKIE_PATH", "/app"),
        ("AUTH0_CLIENT_AUTHENTICATION", "tls"),
        ("AUTH0_HTTP_TIMEOUT", "5s"),
        ("AUTH0_HTTP_TIMEOUT", "99"),
        ("AUTH0_HTTP_TIMEOUT", "12501"),
        ("AUTH0_HTTP_TIMEOUT", "-1"),
        ("AUTH0_HTTP_TIMEOUT", "60000"),
        ("AUTH0_HTTP_TIMEOUT", "99999999999999999999999"),
        ("PRODUCTS_API_URL", "api"),
        ("PRODUCTS_API_URL", "http://api.internal"),
        ("PRODUCTS_API_URL", "https://user:secret@api.example.com"),
        ("PRODUCTS_API_URL", "http://api.localhost:4001"),
        ("AUTH0_DPOP_PRIVATE_KEY", "key"),
        ("AUTH0_DPOP", "yes"),
        ("AUTH0_DPOP_CLOCK_SKEW", "301"),
        ("AUTH0_DPOP_CLOCK_SKEW", "-301"),
        ("AUTH0_DPOP_CLOCK_SKEW", "1s"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", "key"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "RS256"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_KEY_ID", "key-1"),
        ("AUTH0_CLIENT_AUTHENTICATION", "private_key_jwt"),
        ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "yes"),
        ("NEXT_PUBLIC_LOGIN_ROUTE", "login"),
        ("AUTH0_AUDIENSE", "https://api.example.com"),
        ("PRODUCT_API_URL", "https://api.example.com"),
        ("PRODUCTS_API_AUDIENSE", "https://api.example.com"),
    ] {
        assert_eq!(problems(&[(name, value)]), [name], "{name}={value}");
    }
}

#[test]
fn audiences_and_scopes_have_a_maximum_length() {
    let audience = |length: usize| format!("https://{}", "a".repeat(length - 8));
    let scope = |length: usize| format!("openid {}", "a".repeat(length - 7));
    for (name, value, fits) in [
        ("AUTH0_AUDIENCE", audience(512), true),
        ("AUTH0_AUDIENCE", audience(513), false),
        ("PRODUCTS_API_AUDIENCE", audience(513), false),
        ("AUTH0_SCOPE", scope(2_048), true),
        ("AUTH0_SCOPE", scope(2_049), false),
        ("PRODUCTS_API_SCOPE", scope(4_000), false),
    ] {
        let expected = if fits { vec![] } else { vec![name] };
        assert_eq!(
            problems(&[(name, &value)]),
            expected,
            "{name} {}",
            value.len()
        );
    }
}

#[test]
fn variables_of_other_programs_are_ignored() {
    let others = [
        ("NEXT_PUBLIC_THEME", "dark"),
        ("STRIPE_API_URL", "https://x"),
        ("PATH", "/bin"),
    ];
    assert_eq!(problems(&others), Vec::<String>::new());
}

#[test]
fn a_resource_must_be_an_absolute_uri() {
    let changes = [
        ("AUTH0_AUDIENCE_PARAMETER", "resource"),
        ("AUTH0_AUDIENCE", "products"),
    ];
    assert_eq!(problems(&changes), ["AUTH0_AUDIENCE"]);
}

#[test]
fn secrets_rotate() {
    let mut variables = good();
    variables.set(
        "AUTH0_SECRET",
        "0123456789abcdef0123456789abcdef, fedcba9876543210fedcba9876543210",
    );
    assert_eq!(read(&variables).unwrap().secrets.len(), 2);
}

#[test]
fn no_secret_is_shown_by_debug_or_in_a_problem() {
    let mut variables = good();
    variables.set("AUTH0_CLIENT_SECRET", "canary-client-secret");
    variables.set("AUTH0_SECRET", "canary-0123456789abcdef0123456789abcdef");
    let shown = format!("{variables:?} {:?}", read(&variables).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
    variables.set("AUTH0_SECRET", "canary");
    assert!(!read(&variables).unwrap_err().to_string().contains("canary"));
}

mod apis;
mod base_path;
mod certificate;
mod characters;
mod cookies;
mod documentation;
mod dpop;
mod nextjs_auth0;
mod provider_address;
mod proxies;
mod routes;
mod store;
mod unknown;
