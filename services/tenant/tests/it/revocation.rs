//! `/oauth/revoke`, and the revocation of all refresh tokens.

use reqwest::{Method, StatusCode};

use crate::test_env::{CLIENT_ID, JsonResponse, TestEnv};

#[tokio::test]
async fn revoking_a_refresh_token_revokes_its_family() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[]).await;
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    let revoked = env
        .post_as_application("oauth/revoke", &[("token", first.text("refresh_token"))])
        .await;
    assert_eq!(revoked.status, StatusCode::OK);
    let rejected = env.refresh(second.text("refresh_token"), &[]).await;
    rejected.is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
    assert_eq!(
        env.userinfo(second.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn revoking_an_unknown_token_succeeds() {
    let env = TestEnv::start().await;
    assert_eq!(
        env.post_as_application("oauth/revoke", &[("token", "unknown")])
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn revocation_requires_the_client_secret() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[]).await;
    let form = [
        ("token", tokens.text("refresh_token")),
        ("client_id", CLIENT_ID),
        ("client_secret", "wrong"),
    ];
    let request = env.request(Method::POST, "oauth/revoke").form(&form);
    assert_eq!(
        JsonResponse::read(request.send().await.unwrap())
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        env.refresh(tokens.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn all_refresh_tokens_can_be_revoked_at_once() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[]).await;
    assert_eq!(env.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    assert_eq!(
        env.refresh(tokens.text("refresh_token"), &[]).await.status,
        StatusCode::FORBIDDEN
    );
}
