//! The site authenticates at the tenant with a client certificate, and its access tokens are bound to it (RFC 8705).

use std::time::Duration;

use axum_auth0_bearer::ClientCertificate;
use serde_json::{Value, json};
use tenant::SigningAlgorithm;
use test_support::Authority;

use super::forms::products_of;
use crate::{
    browser::{ALICE, BOB},
    test_env::{TestEnv, TestEnvBuilder},
};

/// Returns the claims of the access token of the last call of the API.
fn token_of_last_call(env: &TestEnv) -> (String, Value) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let call = env.products_requests.entries().pop().unwrap();
    let token = call.bearer_token().unwrap().to_owned();
    let claims = token.split('.').nth(1).unwrap();
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    (token, claims)
}

#[tokio::test]
async fn users_read_their_products_with_tokens_that_are_bound_to_the_certificate() {
    let mut files = None;
    let env = TestEnv::with(|builder| {
        builder.use_mutual_tls();
        files = builder.tenant.mutual_tls.clone();
        // The API has the clock of the system, and must accept the tokens before and after the refresh.
        builder.seconds_behind = 590;
        builder.tenant.access_token_lifetime = Duration::from_mins(10);
    })
    .await;
    for user in [ALICE, BOB] {
        let browser = env.browser();
        browser.log_in(user).await.assert_status(200);
        assert_eq!(products_of(&browser).await.len(), 20);
    }
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(560);
    assert_eq!(products_of(&alice).await.len(), 20);
    assert_eq!(env.tenant.refreshes().granted, 1);

    let folder = files.unwrap().folder;
    let pem = std::fs::read_to_string(folder.join("client.crt")).unwrap();
    let bound_to = ClientCertificate::from_pem(&pem).unwrap();
    let (token, claims) = token_of_last_call(&env);
    assert_eq!(claims["cnf"], json!({ "x5t#S256": bound_to.thumbprint() }));
    // A token from a log of the API is useless without the certificate.
    let authority = std::fs::read(folder.join("ca.crt")).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(&authority).unwrap()])
        .build()
        .unwrap();
    let url = env.api_url("/products").replacen("http:", "https:", 1);
    let leaked = client.get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(leaked.status(), 401);
}

/// Writes a certificate of another authority, and gives it to the site.
fn use_foreign_certificate(builder: &mut TestEnvBuilder, folder: &std::path::Path) {
    let client = Authority::default().client("site.local-tenant.example");
    for (variable, name, content) in [
        (
            "AUTH0_MTLS_CERTIFICATE_FILE",
            "other.crt",
            client.certificate,
        ),
        ("AUTH0_MTLS_KEY_FILE", "other.key", client.private_key),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        builder.set(variable, path.to_str().unwrap());
    }
}

#[tokio::test]
async fn a_login_with_a_certificate_that_the_tenant_does_not_know_fails() {
    let folder = tempfile::tempdir().unwrap();
    let env = TestEnv::with(|builder| {
        builder.use_mutual_tls();
        use_foreign_certificate(builder, folder.path());
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(500);
    alice.get_json("/api/products").await.assert_status(401);
    assert_eq!(env.products_requests.entries().len(), 0);
    let refused = env.tenant.activity_log().iter().any(|entry| {
        entry
            .text
            .contains("The client certificate was refused: the tenant's authority did not issue it")
    });
    assert!(refused);
}

/// Every part of the FAPI 2.0 Security Profile, with pushed requests that the tenant requires.
#[tokio::test]
async fn the_sample_site_works_with_every_part_of_fapi_2() {
    let env = TestEnv::with(|builder| {
        builder.use_mutual_tls();
        builder.set("AUTH0_FAPI2", "true");
        builder.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
        builder.tenant.require_pushed_authorization_requests = true;
        builder.tenant.signing_algorithm = SigningAlgorithm::Ps256;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(products_of(&alice).await.len(), 20);
    assert!(token_of_last_call(&env).1["cnf"].is_object());
}

/// The same configuration at a tenant that lacks one part.
#[tokio::test]
async fn a_part_of_fapi_2_that_the_tenant_lacks_fails_the_login() {
    let env = TestEnv::with(|builder| {
        builder.use_mutual_tls();
        builder.set("AUTH0_FAPI2", "true");
        builder.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
        builder.tenant.signing_algorithm = SigningAlgorithm::Rs256;
    })
    .await;
    let page = env.browser().open("/products").await;
    assert!(page.status.is_server_error(), "{}", page.status);
    assert!(
        env.log
            .text()
            .contains("id_token_signing_alg_values_supported")
    );
}
