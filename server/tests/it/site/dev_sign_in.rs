//! `/dev/sign-in` of a debug build: one call signs a user in, without a login.

use std::time::Duration;

use reqwest::{Method, header};
use serde_json::json;
use server::dev_sign_in;

use crate::test_env::{ORDERS_API, TestEnv, TestEnvBuilder};

const ALICE: &str = "auth0|alice";

/// Returns the names of the products on the page.
async fn products(browser: &crate::browser::Browser) -> Vec<String> {
    let page = browser.open("/products").await.assert_status(200);
    assert_eq!(page.path_and_query(), "/products");
    page.html().texts_where("role", "rowheader")
}

#[tokio::test]
async fn a_user_of_the_tenant_sees_their_products_after_one_call() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.sign_in(ALICE).await.assert_status(204);
    assert_eq!(products(&alice).await.len(), 20);
    let user = alice.get_json("/auth/profile").await.assert_status(200);
    assert_eq!(user.json()["email"], "alice@example.com");
    // The API reads the keys.
    let requests = env.tenant_requests.entries();
    let is_for_login = |path: &str| path.starts_with("/authorize") || path.starts_with("/oauth");
    assert!(!requests.iter().any(|request| is_for_login(&request.path)));
}

#[tokio::test]
async fn the_tokens_are_refreshed_and_further_apis_work() {
    let env = TestEnv::with(|builder| {
        builder.add_orders();
        // Within the APIs' leeway of 30 seconds.
        builder.seconds_behind = 15;
        builder.tenant.access_token_lifetime = Duration::from_secs(10);
    })
    .await;
    let alice = env.browser();
    alice.sign_in(ALICE).await.assert_status(204);
    alice.get_json("/api/orders").await.assert_status(200);
    let before = env.tenant.refreshes().granted;
    env.advance(10);
    alice.get_json("/api/products").await.assert_status(200);
    assert_eq!(env.tenant.refreshes().granted, before + 1);
}

#[tokio::test]
async fn a_logout_ends_the_session_at_the_site_and_at_the_tenant() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.sign_in(ALICE).await.assert_status(204);
    let page = alice.log_out().await.assert_status(200);
    assert_eq!(page.path_and_query(), "/signed-out");
    assert_eq!(alice.cookie("session"), None);
    let log = env.tenant.activity_log();
    assert!(
        log.iter()
            .any(|entry| entry.text.contains("auth0|alice logged out"))
    );
}

#[tokio::test]
async fn another_user_has_the_claims_and_tokens_of_the_call() {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let zoe = env.browser();
    let user = json!({
        "sub": "auth0|zoe",
        "claims": { "name": "Zoe Zebra" },
        "tokens": { ORDERS_API: "not-a-real-token" },
    });
    zoe.sign_in_as(&user).await.assert_status(204);
    let profile = zoe.get_json("/auth/profile").await.assert_status(200);
    assert_eq!(profile.json()["name"], "Zoe Zebra");
    // The API rejects the token, so it was sent.
    zoe.get_json("/api/orders").await;
    let sent = env.orders_requests.entries();
    assert_eq!(sent[0].bearer_token(), Some("not-a-real-token"));
    // There is no token for this one.
    zoe.get_json("/api/products").await.assert_status(401);
}

#[tokio::test]
async fn the_call_of_another_site_is_refused() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let request = || browser.request(Method::POST, dev_sign_in::PATH);
    let user = json!({ "sub": ALICE });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let refused = browser
            .send(request().header(name, value).json(&user))
            .await;
        refused.assert_status(403);
    }
    // A form of another site cannot send JSON without a preflight, which has no answer.
    let form = request().header(header::CONTENT_TYPE, "text/plain");
    browser
        .send(form.body(user.to_string()))
        .await
        .assert_status(415);
    let preflight = browser.request(Method::OPTIONS, dev_sign_in::PATH);
    browser.send(preflight).await.assert_status(405);
    browser.visit(dev_sign_in::PATH).await.assert_status(405);
    assert_eq!(browser.cookie("session"), None);
}

#[tokio::test]
async fn a_mistake_in_the_call_is_explained() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let unknown_audience = json!({ "sub": ALICE, "tokens": { "https://nowhere.example": "t" } });
    let response = browser
        .sign_in_as(&unknown_audience)
        .await
        .assert_status(422);
    assert!(
        response.body.contains("https://nowhere.example"),
        "{response:?}"
    );
    let misspelt = json!({ "subject": ALICE });
    let response = browser.sign_in_as(&misspelt).await.assert_status(422);
    assert!(
        response.body.contains("unknown field `subject`"),
        "{response:?}"
    );
    assert_eq!(browser.cookie("session"), None);
}
