//! Token exchange.

use serde_json::json;

use crate::env::TestEnv;

/// No policy allows the application's refresh tokens for the orders API.
#[tokio::test]
async fn an_api_sees_the_user_and_the_application_that_acts() {
    let env = TestEnv::start().await;
    env.browser.log_in("/orders", "alice@example.com").await;
    for _ in 0..2 {
        let seen = env.json("/orders").await;
        assert_eq!(
            seen,
            json!({ "sub": "auth0|alice", "is_user": true, "actor": "leptos-auth0-sample", "scopes": ["read:orders"] })
        );
    }
    let log = env.tenant.activity_log();
    let exchanges = log
        .iter()
        .filter(|entry| entry.text.contains("exchanged a token of auth0|alice"));
    assert_eq!(exchanges.count(), 1, "later pages use the cached token");
}

#[tokio::test]
async fn a_token_of_another_system_is_exchanged() {
    let env = TestEnv::start().await;
    let seen = env.json("/legacy?token=bob@example.com").await;
    assert_eq!(
        seen["claims"]["email"],
        json!(null),
        "only openid was requested"
    );
    assert_eq!(seen["claims"]["sub"], json!("auth0|bob"));
    let page = env.browser.open("/legacy?token=unknown@example.com").await;
    page.assert(403, "exchange_refused");
    let page = env.browser.open("/legacy").await;
    page.assert(400, "empty_token");
}
