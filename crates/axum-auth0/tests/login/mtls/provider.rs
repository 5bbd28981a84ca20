//! What the site sends to the provider, and what it requires of it.

use std::fs;

use axum_auth0::http_client::{
    AuthorityCertificates, HttpClient, HttpClientOptions, TlsCertificates,
};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Authority, CLIENT_ID, Endpoint, Part};

use super::{Files, registered};
use crate::app::TestEnv;

const BOUND: &str = "AUTH0_MTLS_BOUND_ACCESS_TOKENS";

fn bind(env: &TestEnv, cnf: Value) {
    env.provider
        .modify(Part::AccessToken, move |claims| claims["cnf"] = cnf.clone());
}

#[tokio::test]
async fn every_request_with_credentials_presents_the_certificate() {
    let (env, _files, thumbprint) =
        registered(|site| site.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true")).await;
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    env.clock.advance(3_600);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    browser.post("/auth/logout", "").await;
    env.provider
        .wait_for_requests(Endpoint::Revocation, 1)
        .await;
    for endpoint in [
        Endpoint::PushedAuthorization,
        Endpoint::Exchange,
        Endpoint::Refresh,
        Endpoint::Revocation,
    ] {
        let requests = env.provider.requests(endpoint);
        assert_eq!(requests.len(), 1, "{endpoint:?}");
        let request = &requests[0];
        assert_eq!(request.certificate.as_ref(), Some(&thumbprint));
        assert_eq!(request.authorization, None);
        assert_eq!(request.get("client_id"), Some(CLIENT_ID), "{endpoint:?}");
        for name in ["client_secret", "client_assertion"] {
            assert_eq!(request.get(name), None, "{endpoint:?}");
        }
    }
    for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
        for request in env.provider.requests(endpoint) {
            assert_eq!(request.certificate, None, "{endpoint:?}");
        }
    }
    assert_eq!(env.provider.revoked_families(), 1);
}

#[tokio::test]
async fn a_certificate_that_the_provider_does_not_know_is_a_misconfiguration() {
    let (env, files, _) = registered(|site| site).await;
    let other = files.authority.client("client").thumbprint();
    env.provider
        .policy(|policy| policy.client_certificate = Some(other));
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "unknown certificate")
        .await;
    assert!(response.body.contains("AUTH0_MTLS"), "{}", response.body);
}

#[tokio::test]
async fn a_certificate_of_another_authority_fails_the_handshake_and_the_login() {
    let (env, files, _) = registered(|site| site).await;
    files.write(&Authority::default().client("client"));
    env.clock.advance(60);
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 503, "another authority")
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

#[tokio::test]
async fn a_provider_with_an_unknown_certificate_receives_nothing() {
    let files = Files::new();
    files.write(&files.authority.client("client"));
    fs::write(files.path("ca.crt"), &Authority::default().pem).unwrap();
    let env = files.site().build().await;
    env.provider.serve_mtls(&files.authority).await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 503, "unknown server")
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

/// The test of the server: without a certificate there is no connection.
#[tokio::test]
async fn the_provider_accepts_no_connection_without_a_certificate() {
    let (env, files, _) = registered(|site| site).await;
    let metadata = env.provider.metadata();
    let token_endpoint = metadata["mtls_endpoint_aliases"]["token_endpoint"].clone();
    let authorities = AuthorityCertificates::from_pem(files.authority.pem.as_bytes()).unwrap();
    let client = HttpClient::new(HttpClientOptions {
        tls: TlsCertificates {
            client: None,
            authorities: Some(authorities),
        },
        ..HttpClientOptions::default()
    });
    let request = http::Request::post(token_endpoint.as_str().unwrap()).body(Vec::new());
    let response = client.unwrap().send(request.unwrap()).await;
    assert!(response.is_err(), "{response:?}");
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

/// A certificate is not replaced by a request without one.
#[tokio::test]
async fn a_provider_without_an_endpoint_for_certificates_fails_the_login() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 3] = [
        ("nothing is announced", |metadata| {
            metadata
                .as_object_mut()
                .unwrap()
                .remove("mtls_endpoint_aliases");
        }),
        ("the method alone, at an address with http", |metadata| {
            metadata
                .as_object_mut()
                .unwrap()
                .remove("mtls_endpoint_aliases");
            metadata["token_endpoint_auth_methods_supported"] = json!(["tls_client_auth"]);
        }),
        (
            "an alias is missing, and the address has http",
            |metadata| {
                metadata["mtls_endpoint_aliases"] =
                    json!({ "revocation_endpoint": "https://op.example/" });
            },
        ),
    ];
    for (case, change) in cases {
        let (env, _files, _) = registered(|site| site).await;
        env.provider.modify(Part::Metadata, change);
        let mut browser = env.browser();
        let response = browser.get("/auth/login").await;
        env.assert_login_failed(&mut browser, &response, 500, case)
            .await;
        assert!(
            response.body.contains("mtls_endpoint_aliases"),
            "{case}: {}",
            response.body
        );
        assert_eq!(env.provider.request_count(Endpoint::Exchange), 0, "{case}");
    }
}

#[tokio::test]
async fn access_tokens_must_be_bound_to_the_certificate_if_the_configuration_says_so() {
    let (env, _files, thumbprint) = registered(|site| site.set(BOUND, "true")).await;
    bind(&env, json!({ "x5t#S256": thumbprint }));
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    env.token(&mut browser).await;

    for cnf in [
        Value::Null,
        json!({}),
        json!({ "jkt": thumbprint }),
        json!({ "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" }),
        json!({ "x5t#S256": [thumbprint] }),
        json!(thumbprint),
    ] {
        bind(&env, cnf.clone());
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        let response = browser.get("/token").await;
        assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR, "{cnf}");
        assert_eq!(
            response.json()["code"],
            "not_supported_by_provider",
            "{cnf}"
        );
    }
}

#[tokio::test]
async fn a_refreshed_token_must_be_bound_too() {
    let (env, _files, thumbprint) = registered(|site| site.set(BOUND, "true")).await;
    bind(&env, json!({ "x5t#S256": thumbprint }));
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    bind(&env, Value::Null);
    env.clock.advance(3_600);
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json()["code"], "not_supported_by_provider");
}

/// The cached token is still valid, and not used any more.
#[tokio::test]
async fn a_session_from_before_the_switch_gets_a_bound_token() {
    let (env, files, thumbprint) = registered(|site| site).await;
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(env.token(&mut browser).await["cnf"], Value::Null);
    bind(&env, json!({ "x5t#S256": thumbprint }));
    let [certificate, key, ca] =
        ["client.crt", "client.key", "ca.crt"].map(|name| files.path(name));
    let changes = [
        ("AUTH0_CLIENT_SECRET", None),
        ("AUTH0_MTLS", Some("true")),
        ("AUTH0_MTLS_CERTIFICATE_FILE", Some(certificate.as_str())),
        ("AUTH0_MTLS_KEY_FILE", Some(key.as_str())),
        ("AUTH0_MTLS_CA_FILE", Some(ca.as_str())),
        (BOUND, Some("true")),
    ];
    let router = env.restarted(&changes).await;
    let mut browser = browser.with_router(&router);
    let token = env.token(&mut browser).await;
    assert_eq!(token["cnf"]["x5t#S256"], thumbprint.as_str());
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    assert_eq!(env.token(&mut browser).await, token);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}
