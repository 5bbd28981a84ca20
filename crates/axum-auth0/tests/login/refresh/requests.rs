//! What a refresh requests: resource, scopes, opaque tokens.

use http::StatusCode;
use test_support::{Endpoint, ORDERS, PRODUCTS};

use super::HOUR;
use crate::app::{TestEnv, TestEnvBuilder};

/// With RFC 8707, each token request names the resource, or the audience changes; the login names all resources.
#[tokio::test]
async fn the_resource_is_repeated_at_the_token_endpoint_and_at_each_refresh() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE_PARAMETER", "resource")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.resource_indicators = true);
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    assert_eq!(env.token(&mut browser).await["aud"][0], PRODUCTS);
    assert_eq!(browser.get("/token/orders").await.json()["aud"][0], ORDERS);
    let resources = |endpoint| -> Vec<String> {
        let requests = env.provider.requests(endpoint);
        assert!(
            requests
                .iter()
                .all(|request| request.get("audience").is_none())
        );
        let resources = requests.iter().flat_map(|request| request.all("resource"));
        resources.map(str::to_owned).collect()
    };
    assert_eq!(resources(Endpoint::Authorize), [PRODUCTS, ORDERS]);
    assert_eq!(resources(Endpoint::Exchange), [PRODUCTS]);
    assert_eq!(resources(Endpoint::Refresh), [PRODUCTS, ORDERS]);
    let login = &env.provider.requests(Endpoint::Authorize)[0];
    let scope = login.get("scope").unwrap();
    assert!(
        scope.contains("read:orders"),
        "a refresh only narrows: {scope}"
    );
    let refreshes = env.provider.requests(Endpoint::Refresh);
    assert_eq!(refreshes[0].get("scope"), None);
    assert_eq!(refreshes[1].get("scope"), Some("read:orders"));
}

/// The scopes of a call are requested for that call; the token with the configured scopes stays.
#[tokio::test]
async fn a_token_with_extra_scopes_is_cached_separately() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let usual = browser.get("/token/orders").await.json();
    let wider = browser.get("/token/orders/writing").await.json();
    assert_ne!(usual["fingerprint"], wider["fingerprint"]);
    assert_eq!(browser.get("/token/orders").await.json(), usual);
    assert_eq!(browser.get("/token/orders/writing").await.json(), wider);
    let scopes: Vec<_> = env.provider.requests(Endpoint::Refresh);
    let scopes: Vec<_> = scopes
        .iter()
        .map(|request| request.get("scope").unwrap())
        .collect();
    assert_eq!(scopes, ["read:orders", "read:orders write:orders"]);
}

/// An opaque token is accepted only for the API that is configured for it.
#[tokio::test]
async fn opaque_tokens_need_an_opt_in() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/token/opaque").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    env.clock.advance(2 * HOUR);
    let renewed = browser.get("/token/opaque").await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    assert_ne!(renewed.body, response.body);
    let response = browser.get("/token/orders").await;
    assert_eq!(
        response.json()["code"],
        "opaque_token",
        "ORDERS is not configured for it"
    );
}
