//! Session transfer tokens.

use reqwest::StatusCode;
use serde_json::json;
use tenant::Outcome;
use url::Url;

use crate::test_env::{
    CALLBACK, JsonResponse, PRODUCTS, TestEnv, authorize_path, location, parameter,
};

const TOKEN_TYPE: &str = "urn:auth0:params:oauth:token-type:session_transfer_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

async fn exchange(env: &TestEnv, more: &[(&str, &str)]) -> JsonResponse {
    let audience = format!("urn:{}:session_transfer", env.address);
    let mut form = vec![
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("audience", audience.as_str()),
        ("requested_token_type", TOKEN_TYPE),
    ];
    form.extend(more);
    env.post_as_application("oauth/token", &form).await
}

/// Opens `/authorize` with a token in a browser without a session.
async fn log_in(env: &TestEnv, token: &str) -> Url {
    let path = authorize_path(&[("session_transfer_token", token)]);
    let response = env.browser().get(&path).await;
    location(&response)
}

#[tokio::test]
async fn a_session_is_transferred_once_with_a_rotated_refresh_token() {
    let env = TestEnv::start().await;
    let tokens = env
        .tokens(&[("audience", PRODUCTS), ("scope", "openid offline_access")])
        .await;
    let subject = [
        ("subject_token", tokens.text("refresh_token")),
        ("subject_token_type", REFRESH_TOKEN),
    ];
    let response = exchange(&env, &subject).await;
    assert_eq!(
        response.json["issued_token_type"],
        json!(TOKEN_TYPE),
        "{:?}",
        response.json
    );
    assert_eq!(response.json["token_type"], json!("N_A"));
    assert_eq!(response.json["expires_in"], json!(60));
    let token = response.text("access_token");
    let callback = log_in(&env, token).await;
    assert!(callback.as_str().starts_with(CALLBACK), "{callback}");
    assert!(parameter(&callback, "code").is_some(), "{callback}");
    assert!(env.logged(Outcome::Granted, "logged auth0|alice in"));
    assert_eq!(log_in(&env, token).await.path(), "/u/login", "used once");
    // The refresh token was consumed.
    let refreshed = env.refresh(response.text("refresh_token"), &[]).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    let reused = exchange(&env, &subject).await;
    assert_eq!(reused.json["error"], json!("invalid_grant"));
}

#[tokio::test]
async fn a_session_transfer_token_expires_after_a_minute() {
    let env = TestEnv::start().await;
    let tokens = env
        .tokens(&[("audience", PRODUCTS), ("scope", "openid offline_access")])
        .await;
    let subject = [
        ("subject_token", tokens.text("refresh_token")),
        ("subject_token_type", REFRESH_TOKEN),
    ];
    let response = exchange(&env, &subject).await;
    env.clock.advance(60);
    assert_eq!(
        log_in(&env, response.text("access_token")).await.path(),
        "/u/login"
    );
}

#[tokio::test]
async fn a_session_of_another_user_needs_an_actor() {
    let env = TestEnv::start().await;
    let support = env.tokens(&[]).await;
    let customer = [
        ("subject_token", "bob@example.com"),
        ("subject_token_type", "urn:leptos-auth0:local-user"),
    ];
    let response = exchange(&env, &customer).await;
    assert!(
        response
            .text("error_description")
            .contains("setactor_required")
    );
    let with_actor = [
        customer[0],
        customer[1],
        ("actor_token", support.text("id_token")),
        (
            "actor_token_type",
            "urn:ietf:params:oauth:token-type:id_token",
        ),
        ("reason", "Ticket 1234"),
    ];
    let response = exchange(&env, &with_actor).await;
    log_in(&env, response.text("access_token")).await;
    assert!(env.logged(
        Outcome::Granted,
        "auth0|alice transfers a session of auth0|bob: Ticket 1234"
    ));
    assert!(env.logged(Outcome::Granted, "logged auth0|bob in"));
}
