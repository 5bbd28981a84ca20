//! Logins on another device (CIBA).

use reqwest::{Method, StatusCode, header::ORIGIN};
use serde_json::json;
use tenant::Outcome;

use crate::test_env::{JsonResponse, ORDERS, PRODUCTS, TestEnv};

fn hint(env: &TestEnv, sub: &str) -> String {
    json!({ "format": "iss_sub", "iss": env.issuer, "sub": sub }).to_string()
}

async fn start(env: &TestEnv, more: &[(&str, &str)]) -> JsonResponse {
    let hint = hint(env, "auth0|alice");
    let mut form = vec![
        ("login_hint", hint.as_str()),
        ("binding_message", "Order 4711"),
        ("scope", "openid offline_access read:products"),
        ("audience", PRODUCTS),
    ];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more);
    env.post_as_application("bc-authorize", &form).await
}

async fn poll(env: &TestEnv, id: &str) -> JsonResponse {
    env.clock.advance(5);
    let form = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", id),
    ];
    env.post_as_application("oauth/token", &form).await
}

/// Presses a button of the dashboard.
async fn decide(env: &TestEnv, decision: &str) -> StatusCode {
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("Order 4711"));
    let (_, rest) = html.split_once("name=\"request\" value=\"").unwrap();
    let (request, _) = rest.split_once('"').unwrap();
    let form = [("request", request), ("decision", decision)];
    let origin = env.issuer.trim_end_matches('/').to_owned();
    let response = env
        .request(Method::POST, "dashboard/backchannel")
        .header(ORIGIN, origin)
        .form(&form)
        .send();
    response.await.unwrap().status()
}

#[tokio::test]
async fn a_login_waits_until_its_user_accepts_on_the_dashboard() {
    let env = TestEnv::start().await;
    let started = start(&env, &[("requested_expiry", "120")]).await;
    assert_eq!(started.json["expires_in"], json!(120), "{:?}", started.json);
    assert_eq!(started.json["interval"], json!(5));
    let id = started.text("auth_req_id");
    let pending = poll(&env, id).await;
    assert_eq!(pending.json["error"], json!("authorization_pending"));
    let form = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", id),
    ];
    let early = env.post_as_application("oauth/token", &form).await;
    assert_eq!(early.json["error"], json!("slow_down"));
    assert_eq!(decide(&env, "accept").await, StatusCode::FOUND);
    let tokens = poll(&env, id).await;
    assert_eq!(tokens.status, StatusCode::OK, "{:?}", tokens.json);
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["sub"], json!("auth0|alice"));
    let (_, claims) = env.verify(tokens.text("access_token")).await;
    assert_eq!(
        claims["scope"],
        json!("openid offline_access read:products")
    );
    assert!(tokens.json.get("refresh_token").is_some());
    assert!(env.logged(Outcome::Granted, "approved the login: Order 4711"));
    let again = poll(&env, id).await;
    assert_eq!(again.json["error"], json!("invalid_grant"), "used once");
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("No login waits for an approval."));
}

#[tokio::test]
async fn a_login_can_be_denied_and_expires() {
    let env = TestEnv::start().await;
    let started = start(&env, &[]).await;
    decide(&env, "deny").await;
    let denied = poll(&env, started.text("auth_req_id")).await;
    assert_eq!(denied.json["error"], json!("access_denied"));
    let started = start(&env, &[]).await;
    env.clock.advance(300);
    let expired = poll(&env, started.text("auth_req_id")).await;
    assert_eq!(expired.json["error"], json!("expired_token"));
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let env = TestEnv::start().await;
    let unknown = hint(&env, "auth0|unknown");
    let long = "x".repeat(65);
    for (parameter, value, error) in [
        ("login_hint", "alice@example.com", "invalid_request"),
        ("login_hint", unknown.as_str(), "unknown_user_id"),
        ("binding_message", "", "invalid_request"),
        ("binding_message", &long, "invalid_binding_message"),
        ("requested_expiry", "0", "invalid_request"),
        ("requested_expiry", "301", "invalid_request"),
        ("scope", "read:products", "invalid_request"),
        ("audience", "https://x.example.com", "access_denied"),
    ] {
        let response = start(&env, &[(parameter, value)]).await;
        assert_eq!(response.json["error"], json!(error), "{parameter}={value}");
    }
    let response = start(&env, &[("audience", ORDERS)]).await;
    assert_eq!(response.status, StatusCode::OK);
    let cross_site = env
        .request(Method::POST, "dashboard/backchannel")
        .header(ORIGIN, "https://evil.example")
        .form(&[("request", "x"), ("decision", "accept")]);
    assert_eq!(
        cross_site.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let env = TestEnv::with(|settings| settings.applications[0].other_grants.clear()).await;
    let response = start(&env, &[]).await;
    assert_eq!(response.json["error"], json!("unauthorized_client"));
}
