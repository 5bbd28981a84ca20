//! Client authentication with a certificate (RFC 8705) in these grants.

use std::fs;

use axum_auth0::{BackchannelLogin, TokenExchange, TokenType};
use http::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use test_support::{Authority, CLIENT_ID, EXTERNAL_TOKEN, Endpoint, ORDERS, Part, ProductsApi};

use crate::{TestEnv, TestEnvBuilder};

/// Returns a site whose certificate is registered at the provider, the folder of its files, and its thumbprint.
async fn registered() -> (TestEnv, TempDir, String) {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::default());
    let client = authority.client("client");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let env = TestEnvBuilder::new()
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_MTLS", "true")
        .set(
            "AUTH0_MTLS_CERTIFICATE_FILE",
            &file("client.crt", &client.certificate),
        )
        .set(
            "AUTH0_MTLS_KEY_FILE",
            &file("client.key", &client.private_key),
        )
        .set("AUTH0_MTLS_CA_FILE", &file("ca.crt", &authority.pem))
        .build()
        .await;
    env.provider.serve_mtls(&authority).await;
    let thumbprint = client.thumbprint();
    env.provider
        .policy(|policy| policy.client_certificate = Some(thumbprint.clone()));
    (env, folder, thumbprint)
}

#[tokio::test]
async fn every_grant_presents_the_certificate_at_the_alias() {
    let (env, _folder, thumbprint) = registered().await;
    let mut browser = env.logged_in("alice").await;
    env.auth0.client_token::<ProductsApi>().await.unwrap();
    for (path, status) in [
        ("/orders/on-behalf", StatusCode::OK),
        ("/connections/calendar", StatusCode::OK),
        ("/shop", StatusCode::SEE_OTHER),
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status, status, "{path}: {}", response.body);
    }
    let kind = TokenType::custom("urn:example:legacy-session").unwrap();
    let exchange = TokenExchange::new(format!("{EXTERNAL_TOKEN}bob"), kind);
    let exchanged = env.auth0.exchange_token::<ProductsApi>(exchange).await;
    exchanged.unwrap();
    let login = BackchannelLogin::new("auth0|bob", "Order 4711").extra_scopes(["offline_access"]);
    let pending = env.auth0.backchannel_login::<ProductsApi>(login).await;
    env.provider.approve_backchannel_logins("bob");
    env.provider.modify(Part::AccessToken, |claims| {
        claims["aud"] = json!(ORDERS);
    });
    env.clock.advance(5);
    // The refused tokens are revoked.
    pending.unwrap().poll().await.unwrap_err();
    env.provider
        .wait_for_requests(Endpoint::Revocation, 2)
        .await;
    for (endpoint, times) in [
        (Endpoint::OtherGrant, 6),
        (Endpoint::BackchannelAuthentication, 1),
        (Endpoint::Revocation, 2),
    ] {
        let requests = env.provider.requests(endpoint);
        assert_eq!(requests.len(), times, "{endpoint:?}");
        for request in requests {
            assert_eq!(
                request.certificate.as_ref(),
                Some(&thumbprint),
                "{endpoint:?}"
            );
            assert_eq!(request.get("client_id"), Some(CLIENT_ID), "{endpoint:?}");
            assert_eq!(request.get("client_secret"), None, "{endpoint:?}");
        }
    }
}
