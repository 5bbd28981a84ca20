#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_bare_domain_gets_the_slash_of_auth0_and_a_url_stays_as_it_is() {
    for (text, issuer, discovery) in [
        (
            "tenant.eu.auth0.com",
            "https://tenant.eu.auth0.com/",
            "https://tenant.eu.auth0.com/.well-known/openid-configuration",
        ),
        (
            "Tenant.EU.auth0.com",
            "https://tenant.eu.auth0.com/",
            "https://tenant.eu.auth0.com/.well-known/openid-configuration",
        ),
        (
            "login.example.com:8443",
            "https://login.example.com:8443/",
            "https://login.example.com:8443/.well-known/openid-configuration",
        ),
        (
            "https://tenant.eu.auth0.com/",
            "https://tenant.eu.auth0.com/",
            "https://tenant.eu.auth0.com/.well-known/openid-configuration",
        ),
        (
            "https://op.example.com",
            "https://op.example.com",
            "https://op.example.com/.well-known/openid-configuration",
        ),
        (
            "https://op.example.com/realms/a",
            "https://op.example.com/realms/a",
            "https://op.example.com/realms/a/.well-known/openid-configuration",
        ),
        (
            "https://op.example.com/o/",
            "https://op.example.com/o/",
            "https://op.example.com/o/.well-known/openid-configuration",
        ),
        (
            "http://127.0.0.1:4000/",
            "http://127.0.0.1:4000/",
            "http://127.0.0.1:4000/.well-known/openid-configuration",
        ),
        (
            "http://localhost:8080/realms/x",
            "http://localhost:8080/realms/x",
            "http://localhost:8080/realms/x/.well-known/openid-configuration",
        ),
    ] {
        let parsed = Issuer::parse(text).unwrap();
        assert_eq!(
            (parsed.as_str(), parsed.discovery_url().as_str()),
            (issuer, discovery),
            "{text}"
        );
    }
}

#[test]
fn what_names_no_provider_is_refused_with_the_reason() {
    for (text, expected) in [
        ("", IssuerError::Empty),
        (" tenant.eu.auth0.com", IssuerError::Characters),
        ("https://op.example.com/\n", IssuerError::Characters),
        ("tenant.eu.auth0.com/", IssuerError::HalfUrl),
        ("op.example.com/realms/a", IssuerError::HalfUrl),
        ("user@tenant.eu.auth0.com", IssuerError::Extra),
        ("http://tenant.eu.auth0.com/", IssuerError::Insecure),
        ("http://192.168.1.5:8080/", IssuerError::Insecure),
        ("ftp://op.example.com/", IssuerError::Scheme),
        ("HTTPS://op.example.com/", IssuerError::Scheme),
        ("https://op.example.com/?", IssuerError::Extra),
        ("https://op.example.com/#", IssuerError::Extra),
        ("https://user:secret@op.example.com/", IssuerError::Extra),
        ("https://", IssuerError::NotAHost),
        ("bad domain.example.com", IssuerError::Characters),
        ("a<b", IssuerError::NotAHost),
    ] {
        assert_eq!(Issuer::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn issuers_that_differ_in_a_slash_are_different() {
    assert_ne!(
        Issuer::parse("https://op.example.com").unwrap(),
        Issuer::parse("https://op.example.com/").unwrap()
    );
}
