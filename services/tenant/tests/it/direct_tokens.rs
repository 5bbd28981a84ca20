//! Tokens without a login, for the tests of an application.

use reqwest::StatusCode;
use tenant::{IssueError, Outcome};

use crate::test_env::{CLIENT_ID, PRODUCTS, TestEnv};

const SCOPE: &str = "openid profile email offline_access read:products";

#[tokio::test]
async fn the_tokens_are_those_of_a_login() {
    let env = TestEnv::start().await;
    let tokens = env
        .tenant
        .issue_tokens(CLIENT_ID, "auth0|alice", Some(PRODUCTS), SCOPE)
        .await
        .unwrap();
    let (_, claims) = env.verify(&tokens.access_token).await;
    assert_eq!(claims["sub"], "auth0|alice");
    assert_eq!(claims["aud"][0], PRODUCTS);
    assert_eq!(claims["scope"], SCOPE);
    let (_, id_token) = env.verify(&tokens.id_token.unwrap()).await;
    assert_eq!(id_token["aud"], CLIENT_ID);
    assert_eq!(id_token["email"], "alice@example.com");
    let refreshed = env.refresh(&tokens.refresh_token.unwrap(), &[]).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    assert!(env.logged(Outcome::Granted, "without a login"));
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token_and_without_openid_no_id_token() {
    let env = TestEnv::start().await;
    let tokens = env
        .tenant
        .issue_tokens(CLIENT_ID, "auth0|bob", None, "profile")
        .await
        .unwrap();
    assert!(tokens.refresh_token.is_none() && tokens.id_token.is_none());
}

#[tokio::test]
async fn what_the_tenant_does_not_have_is_named() {
    let env = TestEnv::start().await;
    let issue = async |client_id, sub, audience| {
        let tokens = env.tenant.issue_tokens(client_id, sub, audience, SCOPE);
        tokens.await.unwrap_err()
    };
    let error = issue(CLIENT_ID, "auth0|nobody", Some(PRODUCTS)).await;
    assert!(matches!(error, IssueError::UnknownUser(sub) if sub == "auth0|nobody"));
    let error = issue("other", "auth0|alice", Some(PRODUCTS)).await;
    assert!(matches!(error, IssueError::UnknownApplication(id) if id == "other"));
    let error = issue(CLIENT_ID, "auth0|alice", Some("https://other.example")).await;
    assert!(matches!(error, IssueError::UnknownApi(id) if id == "https://other.example"));
}
