//! `/oauth/revoke`, and what tests and administrators can revoke.

use reqwest::{Method, StatusCode};

use crate::world::{Answer, CLIENT_ID, World};

#[tokio::test]
async fn revoking_any_refresh_token_of_a_family_ends_the_family() {
    let world = World::start().await;
    let first = world.tokens(&[]).await;
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    let revoked = world
        .application_posts("oauth/revoke", &[("token", first.text("refresh_token"))])
        .await;
    assert_eq!(revoked.status, StatusCode::OK);
    let refused = world.refresh(second.text("refresh_token"), &[]).await;
    refused.is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
    assert_eq!(
        world.userinfo(second.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn an_unknown_token_is_as_good_as_revoked() {
    let world = World::start().await;
    assert_eq!(
        world
            .application_posts("oauth/revoke", &[("token", "unknown")])
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn revoking_needs_the_client_secret() {
    let world = World::start().await;
    let tokens = world.tokens(&[]).await;
    let form = [
        ("token", tokens.text("refresh_token")),
        ("client_id", CLIENT_ID),
        ("client_secret", "wrong"),
    ];
    let request = world.request(Method::POST, "oauth/revoke").form(&form);
    assert_eq!(
        Answer::of(request.send().await.unwrap()).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .refresh(tokens.text("refresh_token"), &[])
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn all_refresh_tokens_can_be_revoked_at_once() {
    let world = World::start().await;
    let tokens = world.tokens(&[]).await;
    assert_eq!(world.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    assert_eq!(
        world
            .refresh(tokens.text("refresh_token"), &[])
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}
