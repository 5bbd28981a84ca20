//! Several APIs, and how tokens for them are requested from a provider.

use super::*;

const ORDERS: ApiRegistration = ApiRegistration {
    prefix: "ORDERS",
    scopes: &["read:orders"],
    is_of_login: false,
};

fn with(changes: &[(&str, &str)]) -> Variables {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    variables
}

fn read_both(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_variables(&with(changes), &[PRODUCTS, ORDERS])
}

fn problems_of_both(changes: &[(&str, &str)]) -> Vec<String> {
    let error = read_both(changes).err().unwrap_or_default();
    let problems = error.problems().iter();
    problems.map(|problem| problem.variable.clone()).collect()
}

const BOTH: [(&str, &str); 2] = [
    ("ORDERS_API_URL", "https://orders.example.com"),
    ("ORDERS_API_AUDIENCE", "https://orders.example.com/v1"),
];

#[test]
fn a_further_api_has_variables_of_its_own() {
    let config = read_both(&BOTH).unwrap();
    let orders = &config.apis["ORDERS"];
    assert_eq!(
        orders.audience.as_deref(),
        Some("https://orders.example.com/v1")
    );
    assert_eq!(orders.scope, ["read:orders"]);
    assert_eq!(orders.token_format, TokenFormat::Jwt);
    assert_eq!(orders.browser_access, BrowserAccess::Never);
    assert!(config.absent_apis.is_empty());
    // A login at Auth0 requests one API; tokens for the others come from the refresh token.
    assert!(!config.scope.contains(&"read:orders".to_owned()));
}

#[test]
fn a_further_api_is_configured_completely_or_not_at_all() {
    let config = read_both(&[]).unwrap();
    assert_eq!(config.absent_apis, ["ORDERS"]);
    assert!(!config.apis.contains_key("ORDERS"));
    for half in [
        ("ORDERS_API_AUDIENCE", "https://orders.example.com"),
        ("ORDERS_API_SCOPE", "read:orders"),
        ("ORDERS_API_TOKEN_FORMAT", "opaque"),
    ] {
        assert_eq!(problems_of_both(&[half]), ["ORDERS_API_URL"], "{half:?}");
    }
}

#[test]
fn the_audience_parameter_follows_from_the_form_of_the_issuer() {
    for (domain, set, expected) in [
        ("tenant.eu.auth0.com", None, AudienceParameter::Audience),
        ("login.example.com", None, AudienceParameter::Audience),
        (
            "https://login.example.com/",
            None,
            AudienceParameter::Audience,
        ),
        ("https://idp.example.com", None, AudienceParameter::Resource),
        (
            "https://idp.example.com/realms/a",
            None,
            AudienceParameter::Resource,
        ),
        (
            "https://idp.example.com/o/",
            None,
            AudienceParameter::Resource,
        ),
        (
            "https://idp.example.com",
            Some("audience"),
            AudienceParameter::Audience,
        ),
        (
            "tenant.eu.auth0.com",
            Some("resource"),
            AudienceParameter::Resource,
        ),
    ] {
        let mut variables = with(&[("AUTH0_DOMAIN", domain)]);
        if let Some(value) = set {
            variables.set("AUTH0_AUDIENCE_PARAMETER", value);
        }
        let config = read(&variables).unwrap();
        assert_eq!(config.audience_parameter, expected, "{domain} {set:?}");
    }
    // An audience that cannot be sent as `resource` is sent as `audience`, unless `resource` is set explicitly.
    let odd = [
        ("AUTH0_DOMAIN", "https://idp.example.com"),
        ("AUTH0_AUDIENCE", "products"),
    ];
    let config = read(&with(&odd)).unwrap();
    assert_eq!(config.audience_parameter, AudienceParameter::Audience);
}

/// RFC 8707 §2.1, RFC 6749 §6: a refresh can only narrow what the login was granted.
#[test]
fn with_resource_a_login_requests_the_scopes_of_all_apis() {
    let mut changes = BOTH.to_vec();
    changes.push(("AUTH0_DOMAIN", "https://idp.example.com"));
    let config = read_both(&changes).unwrap();
    for scope in ["read:products", "read:orders"] {
        assert!(config.scope.contains(&scope.to_owned()), "{scope}");
    }
}

#[test]
fn an_audience_that_is_not_a_uri_cannot_be_a_resource() {
    let resource = ("AUTH0_AUDIENCE_PARAMETER", "resource");
    for (variable, value) in [
        ("AUTH0_AUDIENCE", "products"),
        ("AUTH0_AUDIENCE", "https://api.example.com/#x"),
        ("ORDERS_API_AUDIENCE", "orders"),
    ] {
        let mut changes = BOTH.to_vec();
        changes.extend([resource, (variable, value)]);
        assert_eq!(problems_of_both(&changes), [variable], "{value}");
    }
}

#[test]
fn tokens_are_exposed_for_configured_audiences_only() {
    let variable = "AUTH0_EXPOSE_ACCESS_TOKENS_FOR";
    let mut changes = BOTH.to_vec();
    changes.push((variable, "https://orders.example.com/v1"));
    let config = read_both(&changes).unwrap();
    let access = |name: &str| config.apis[name].browser_access;
    assert_eq!(access("ORDERS"), BrowserAccess::TokensCanBeStolen);
    assert_eq!(access("PRODUCTS"), BrowserAccess::Never);
    for unknown in ["https://orders.example.com", "ORDERS", "*"] {
        let mut changes = BOTH.to_vec();
        changes.push((variable, unknown));
        assert_eq!(problems_of_both(&changes), [variable], "{unknown}");
    }
}

#[test]
fn a_token_format_is_one_of_two() {
    let api = |value| read(&with(&[("PRODUCTS_API_TOKEN_FORMAT", value)]));
    let format = api("opaque").unwrap().apis["PRODUCTS"].token_format;
    assert_eq!(format, TokenFormat::Opaque);
    let error = api("reference").unwrap_err();
    assert_eq!(error.problems()[0].variable, "PRODUCTS_API_TOKEN_FORMAT");
}

#[test]
fn an_empty_api_scope_requests_no_scope() {
    for value in ["", "  "] {
        let config = read(&with(&[("PRODUCTS_API_SCOPE", value)])).unwrap();
        assert_eq!(config.apis["PRODUCTS"].scope, Vec::<String>::new());
        assert!(!config.scope.contains(&"read:products".to_owned()));
    }
    let mut changes = BOTH.to_vec();
    changes.push(("ORDERS_API_SCOPE", ""));
    assert!(read_both(&changes).unwrap().apis["ORDERS"].scope.is_empty());
    // No other variable of the additional API is set, so it is still absent.
    let config = read_both(&[("ORDERS_API_SCOPE", "")]).unwrap();
    assert_eq!(config.absent_apis, ["ORDERS"]);
}

#[test]
fn each_scope_of_a_login_is_listed_with_its_variable() {
    let listed = |config: &Config| -> Vec<String> {
        let variables = config.scope_variables();
        let text = |of: &ScopeVariable| format!("{}={}", of.variable, of.scopes.join(" "));
        variables.iter().map(text).collect()
    };
    let own = "AUTH0_SCOPE=openid profile email offline_access";
    let config = read_both(&BOTH).unwrap();
    assert_eq!(listed(&config), [own, "PRODUCTS_API_SCOPE=read:products"]);
    let mut changes = BOTH.to_vec();
    changes.push(("AUTH0_DOMAIN", "https://idp.example.com"));
    let config = read_both(&changes).unwrap();
    assert_eq!(
        listed(&config),
        [
            own,
            "ORDERS_API_SCOPE=read:orders",
            "PRODUCTS_API_SCOPE=read:products"
        ]
    );
    let config = read_both(&[
        ("AUTH0_SCOPE", "openid read:products"),
        ("PRODUCTS_API_SCOPE", ""),
    ]);
    assert_eq!(
        listed(&config.unwrap()),
        ["AUTH0_SCOPE=openid read:products"]
    );
}

#[test]
fn a_refresh_buffer_is_a_number_of_seconds() {
    let variable = "AUTH0_TOKEN_REFRESH_BUFFER";
    assert_eq!(read(&good()).unwrap().refresh_buffer.as_secs(), 60);
    for (value, seconds) in [("0", 0), ("300", 300), ("3600", 3_600)] {
        let config = read(&with(&[(variable, value)])).unwrap();
        assert_eq!(config.refresh_buffer.as_secs(), seconds);
    }
    for value in ["3601", "-1", "1m", "0.5"] {
        assert_eq!(problems(&[(variable, value)]), [variable], "{value}");
    }
}
