//! The files of the certificate: renewed, damaged, or not usable.

use std::{fs, path::Path};

use axum_auth0::config::{Config, ConfigError};
use http::StatusCode;
use test_support::Endpoint;

use super::{Files, registered};

/// Returns the variables of the problems of a configuration with these files.
fn problems(certificate: &Path, key: &Path, authority: Option<&Path>) -> Vec<(String, String)> {
    let mut variables: axum_auth0::Variables = [
        ("APP_BASE_URL", "https://www.example.com"),
        ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
        ("AUTH0_CLIENT_ID", "client"),
        (
            "AUTH0_SECRET",
            "4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c",
        ),
        ("AUTH0_MTLS", "true"),
        ("AUTH0_MTLS_CERTIFICATE_FILE", certificate.to_str().unwrap()),
        ("AUTH0_MTLS_KEY_FILE", key.to_str().unwrap()),
    ]
    .into_iter()
    .collect();
    if let Some(authority) = authority {
        variables.set("AUTH0_MTLS_CA_FILE", authority.to_str().unwrap());
    }
    let read: Result<Config, ConfigError> = Config::from_variables(&variables, &[]);
    read.err()
        .map(|error| error.problems().to_vec())
        .unwrap_or_default()
        .into_iter()
        .map(|problem| (problem.variable, problem.problem))
        .collect()
}

#[tokio::test]
async fn a_renewed_certificate_is_used_within_a_minute() {
    let (env, files, _) = registered(|site| site).await;
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    let renewed = files.authority.client("client");
    files.write(&renewed);
    let thumbprint = renewed.thumbprint();
    env.provider
        .policy(|policy| policy.client_certificate = Some(thumbprint.clone()));
    env.clock.advance(3_600);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    let refresh = &env.provider.requests(Endpoint::Refresh)[0];
    assert_eq!(refresh.certificate, Some(thumbprint));
}

#[tokio::test]
async fn a_damaged_file_leaves_the_last_certificate_in_use() {
    let (env, files, thumbprint) = registered(|site| site).await;
    fs::write(files.path("client.key"), "not a key").unwrap();
    env.clock.advance(120);
    env.browser().log_in(&env.provider, "alice").await;
    let exchange = &env.provider.requests(Endpoint::Exchange)[0];
    assert_eq!(exchange.certificate, Some(thumbprint));
}

#[test]
fn files_that_cannot_be_used_are_problems_that_name_them() {
    let files = Files::new();
    let (client, other) = (files.authority.client("a"), files.authority.client("b"));
    files.write(&client);
    let certificate = files.folder.path().join("client.crt");
    let key = files.folder.path().join("client.key");
    let other_key = files.folder.path().join("other.key");
    fs::write(&other_key, &other.private_key).unwrap();
    let missing = files.folder.path().join("missing");
    assert_eq!(problems(&certificate, &key, None), []);
    for (certificate, key, authority, variable, text) in [
        (
            &missing,
            &key,
            None,
            "AUTH0_MTLS_CERTIFICATE_FILE",
            "cannot be read",
        ),
        (
            &key,
            &key,
            None,
            "AUTH0_MTLS_CERTIFICATE_FILE",
            "has no certificate",
        ),
        (
            &certificate,
            &missing,
            None,
            "AUTH0_MTLS_KEY_FILE",
            "cannot be read",
        ),
        (
            &certificate,
            &certificate,
            None,
            "AUTH0_MTLS_KEY_FILE",
            "has no private key",
        ),
        (
            &certificate,
            &other_key,
            None,
            "AUTH0_MTLS_KEY_FILE",
            "does not belong",
        ),
        (
            &certificate,
            &key,
            Some(&missing),
            "AUTH0_MTLS_CA_FILE",
            "cannot be read",
        ),
        (
            &certificate,
            &key,
            Some(&key),
            "AUTH0_MTLS_CA_FILE",
            "has no certificate",
        ),
    ] {
        let found = problems(certificate, key, authority.map(std::path::PathBuf::as_path));
        assert_eq!(found.len(), 1, "{found:?}");
        let (name, problem) = &found[0];
        assert_eq!(name, variable);
        assert!(problem.contains(text), "{problem}");
        assert!(!problem.contains("PRIVATE KEY-----\n"), "{problem}");
    }
}
