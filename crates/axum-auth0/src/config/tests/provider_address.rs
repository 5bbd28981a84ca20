//! The logout settings, and the address of the provider.

use super::*;

fn with(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    read(&variables)
}

#[test]
fn a_logout_ends_at_a_page_of_this_site_and_its_url_is_kept_exactly() {
    for (value, path, url) in [
        ("", "/signed-out", "https://www.example.com/signed-out"),
        ("/", "/", "https://www.example.com/"),
        (
            "/bye?from=here",
            "/bye?from=here",
            "https://www.example.com/bye?from=here",
        ),
        ("https://www.example.com", "/", "https://www.example.com"),
        ("https://www.example.com/", "/", "https://www.example.com/"),
        (
            "https://www.example.com:443/bye",
            "/bye",
            "https://www.example.com:443/bye",
        ),
    ] {
        let logout = with(&[("AUTH0_LOGOUT_RETURN_TO", value)]).unwrap().logout;
        assert_eq!(
            (logout.return_to.as_str(), logout.return_to_url.as_str()),
            (path, url),
            "{value}"
        );
    }
    for value in [
        "https://www.example.org/",
        "http://www.example.com/",
        "https://www.example.com.evil.example/",
        "https://user@www.example.com/",
        "//evil.example/",
        "/auth/login",
        "bye",
        "/bye#top",
    ] {
        let variable = "AUTH0_LOGOUT_RETURN_TO";
        assert_eq!(problems(&[(variable, value)]), [variable], "{value}");
    }
}

#[test]
fn the_logout_parameter_is_one_of_two() {
    let parameter = |value| {
        with(&[("AUTH0_LOGOUT_PARAMETER", value)])
            .unwrap()
            .logout
            .parameter
    };
    assert_eq!(parameter(""), LogoutParameter::PostLogoutRedirectUri);
    assert_eq!(
        parameter("post_logout_redirect_uri"),
        LogoutParameter::PostLogoutRedirectUri
    );
    assert_eq!(parameter("logout_uri"), LogoutParameter::LogoutUri);
    for value in ["redirect_uri", "LOGOUT_URI", "true"] {
        let variable = "AUTH0_LOGOUT_PARAMETER";
        assert_eq!(problems(&[(variable, value)]), [variable], "{value}");
    }
}

#[test]
fn a_provider_is_reached_at_an_origin() {
    for value in [
        "http://keycloak:8080",
        "http://keycloak:8080/",
        "https://10.0.0.5",
        "http://[::1]:4000",
    ] {
        let config = with(&[("AUTH0_PROVIDER_INTERNAL_URL", value)]).unwrap();
        assert!(config.provider_internal_url.is_some(), "{value}");
    }
    for value in [
        "keycloak:8080",
        "http://keycloak:8080/realms/main",
        "http://keycloak:8080/?a=b",
        "http://user:password@keycloak:8080",
        "ftp://keycloak",
        "keycloak",
    ] {
        let variable = "AUTH0_PROVIDER_INTERNAL_URL";
        assert_eq!(problems(&[(variable, value)]), [variable], "{value}");
    }
    assert_eq!(with(&[]).unwrap().provider_internal_url, None);
}
