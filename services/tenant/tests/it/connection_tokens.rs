//! Auth0's Token Vault.

use reqwest::StatusCode;
use serde_json::json;
use tenant::Outcome;

use crate::test_env::{JsonResponse, PRODUCTS, TestEnv};

const GRANT_TYPE: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
const TOKEN_TYPE: &str = "http://auth0.com/oauth/token-type/federated-connection-access-token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

async fn exchange(env: &TestEnv, refresh_token: &str, connection: &str) -> JsonResponse {
    env.post_as_application(
        "oauth/token",
        &[
            ("grant_type", GRANT_TYPE),
            ("subject_token", refresh_token),
            ("subject_token_type", REFRESH_TOKEN),
            ("requested_token_type", TOKEN_TYPE),
            ("connection", connection),
        ],
    )
    .await
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_a_token_of_a_connected_service() {
    let env = TestEnv::start().await;
    let offline = [("audience", PRODUCTS), ("scope", "openid offline_access")];
    let tokens = env.tokens(&offline).await;
    let refresh_token = tokens.text("refresh_token");
    let response = exchange(&env, refresh_token, "google-oauth2").await;
    assert_eq!(
        response.json["issued_token_type"],
        json!(TOKEN_TYPE),
        "{:?}",
        response.json
    );
    assert_eq!(response.json["expires_in"], json!(3_600));
    assert!(response.json.get("refresh_token").is_none());
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("Token Vault") && html.contains("<code>google-oauth2</code>"));
    let other = exchange(&env, refresh_token, "slack").await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        other.json["error"],
        json!("federated_connection_refresh_token_not_found")
    );
    // The refresh token is not consumed.
    let refreshed = env.refresh(refresh_token, &[]).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    assert!(env.logged(Outcome::Granted, "for the connection google-oauth2"));
    // Now it is, and a reuse revokes the family.
    let reused = exchange(&env, refresh_token, "google-oauth2").await;
    assert_eq!(reused.json["error"], json!("invalid_grant"));
    let after = env.refresh(refreshed.text("refresh_token"), &[]).await;
    assert_eq!(after.json["error"], json!("invalid_grant"));
}

#[tokio::test]
async fn incomplete_requests_are_refused() {
    let env = TestEnv::start().await;
    let tokens = env
        .tokens(&[("audience", PRODUCTS), ("scope", "openid offline_access")])
        .await;
    let complete = [
        ("subject_token", tokens.text("refresh_token")),
        ("subject_token_type", REFRESH_TOKEN),
        ("requested_token_type", TOKEN_TYPE),
        ("connection", "google-oauth2"),
    ];
    for missing in 0..complete.len() {
        let mut form = vec![("grant_type", GRANT_TYPE)];
        form.extend(complete);
        form.remove(missing + 1);
        let response = env.post_as_application("oauth/token", &form).await;
        assert_eq!(response.json["error"], json!("invalid_request"));
        let name = complete[missing].0;
        assert!(response.text("error_description").contains(name), "{name}");
    }
}
