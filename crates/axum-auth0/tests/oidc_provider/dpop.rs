//! Access tokens that are bound to a key (`DPoP`, RFC 9449).

use axum_auth0::{TokenOptions, jwt};
use http::StatusCode;
use serde_json::Value;
use test_support::ProductsApi;

use crate::site::SiteBuilder;

fn site() -> SiteBuilder {
    SiteBuilder::new().variable("AUTH0_DPOP", "true")
}

/// Returns `cnf.jkt`.
fn key(token: &str) -> Option<String> {
    let claims = jwt::decode_unverified(token).unwrap();
    let confirmation = claims.unverified().get("cnf").cloned();
    confirmation.and_then(|cnf| cnf.get("jkt").and_then(Value::as_str).map(str::to_owned))
}

#[tokio::test]
async fn login_and_refresh_yield_bound_tokens_with_and_without_nonces() {
    for nonces in ["0", "1"] {
        let Some(mut site) = site().feature("DPOP_NONCES", nonces).start().await else {
            return;
        };
        let user = site.log_in().await;
        let first = user.access_token::<ProductsApi>().await.unwrap();
        assert!(first.is_dpop_bound());
        let options = TokenOptions {
            force_refresh: true,
            ..TokenOptions::default()
        };
        let second = user
            .access_token_with::<ProductsApi>(options)
            .await
            .unwrap();
        assert_ne!(first.expose(), second.expose());
        let key_of_first = key(first.expose());
        assert!(key_of_first.is_some(), "nonces: {nonces}");
        assert_eq!(key_of_first, key(second.expose()));
    }
}

#[tokio::test]
async fn a_provider_without_dpop_fails_the_login() {
    let Some(mut site) = site().feature("DPOP", "0").start().await else {
        return;
    };
    let response = site.attempt_login().await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.body.contains("AUTH0_DPOP"), "{}", response.body);
    assert_eq!(site.browser.whoami().await, "anonymous");
}
