//! The variables of a client certificate.

use super::*;

#[test]
fn a_client_certificate_excludes_other_credentials() {
    let found = problems(&[
        ("AUTH0_MTLS", "true"),
        ("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", "key"),
    ]);
    for variable in [
        "AUTH0_CLIENT_SECRET",
        "AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
        "AUTH0_MTLS_CERTIFICATE_FILE",
        "AUTH0_MTLS_KEY_FILE",
    ] {
        assert!(found.iter().any(|name| name == variable), "{found:?}");
    }
    let found = problems(&[
        ("AUTH0_MTLS", "true"),
        ("AUTH0_CLIENT_AUTHENTICATION", "client_secret_post"),
    ]);
    assert!(found.contains(&"AUTH0_CLIENT_AUTHENTICATION".to_owned()));
}

#[test]
fn the_files_have_no_effect_without_the_switch() {
    for (name, value) in [
        ("AUTH0_MTLS_CERTIFICATE_FILE", "client.crt"),
        ("AUTH0_MTLS_KEY_FILE", "client.key"),
        ("AUTH0_MTLS_CA_FILE", "ca.crt"),
        ("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true"),
        ("AUTH0_CLIENT_AUTHENTICATION", "tls_client_auth"),
        ("AUTH0_MTLS", "yes"),
    ] {
        assert_eq!(problems(&[(name, value)]), [name]);
    }
}
