//! Opaque access tokens of APIs, and `/oauth/introspect`.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tenant::Outcome;

use crate::test_env::{
    CLIENT_ID, JsonResponse, ORDERS, PRODUCTS, START_TIME, TestEnv, allow_orders,
};

async fn start() -> TestEnv {
    TestEnv::with(|settings| {
        allow_orders(settings);
        settings.apis[0].opaque = true;
    })
    .await
}

async fn introspect(env: &TestEnv, token: &str) -> JsonResponse {
    env.post_as_application("oauth/introspect", &[("token", token)])
        .await
}

#[tokio::test]
async fn an_api_can_have_opaque_tokens_and_introspect_them() {
    let env = start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let token = tokens.text("access_token");
    assert!(!token.contains('.'), "{token}");
    let again = env.refresh(tokens.text("refresh_token"), &[]).await;
    assert_ne!(again.text("access_token"), token);
    for token in [token, again.text("access_token")] {
        let response = introspect(&env, token).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.json["active"], json!(true));
        assert_eq!(response.json["iss"], json!(env.issuer));
        assert_eq!(response.json["sub"], json!("auth0|alice"));
        assert_eq!(response.json["aud"], json!(PRODUCTS));
        assert_eq!(response.json["client_id"], json!(CLIENT_ID));
        assert_eq!(response.json["scope"], tokens.json["scope"]);
        assert_eq!(response.json["exp"], json!(START_TIME + 86_400));
        assert_eq!(response.json["token_type"], json!("Bearer"));
    }
    // Tokens of other APIs stay JWTs.
    let other = env.tokens(&[("audience", ORDERS)]).await;
    env.verify(other.text("access_token")).await;
    assert!(env.logged(
        Outcome::Unexpected,
        "an opaque token for https://products.example.com, which the API has to introspect"
    ));
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("opaque: the API introspects them"));
}

#[tokio::test]
async fn a_token_that_is_unknown_expired_or_revoked_is_not_active() {
    let env = start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    for token in ["unknown", tokens.text("refresh_token")] {
        let response = introspect(&env, token).await;
        assert_eq!(response.status, StatusCode::OK);
        // RFC 7662 §2.2: nothing else is said about it.
        assert_eq!(response.json, json!({ "active": false }));
    }
    let revoked = env
        .post_as_application("oauth/revoke", &[("token", tokens.text("refresh_token"))])
        .await;
    assert_eq!(revoked.status, StatusCode::OK);
    let response = introspect(&env, tokens.text("access_token")).await;
    assert_eq!(response.json, json!({ "active": false }));
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    env.clock.advance(86_400);
    let response = introspect(&env, tokens.text("access_token")).await;
    assert_eq!(response.json, json!({ "active": false }));
}

#[tokio::test]
async fn introspection_requires_the_client_secret() {
    let env = start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    for secret in [None, Some("wrong")] {
        let mut form = vec![
            ("token", tokens.text("access_token")),
            ("client_id", CLIENT_ID),
        ];
        form.extend(secret.map(|secret| ("client_secret", secret)));
        let request = env.request(Method::POST, "oauth/introspect").form(&form);
        let response = JsonResponse::read(request.send().await.unwrap()).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        assert!(response.json.get("active").is_none());
    }
}

#[tokio::test]
async fn the_discovery_document_names_the_endpoint() {
    let env = start().await;
    let document = env.get(".well-known/openid-configuration").await;
    let document: serde_json::Value = document.json().await.unwrap();
    assert_eq!(
        document["introspection_endpoint"],
        json!(format!("{}oauth/introspect", env.issuer))
    );
}
