//! A provider that answers a refresh with the same token.

use axum_auth0::DiagnosisCode;
use serde_json::json;
use test_support::{Endpoint, OrdersApi, Part};

use crate::{
    api::Reply,
    api_test_env::{ApiTestEnv, cause},
};

/// An environment in which a refresh returns the token that Alice has already.
async fn env_with_identical_tokens() -> ApiTestEnv {
    let env = ApiTestEnv::new().await;
    let token = env.alice.access_token::<OrdersApi>().await.unwrap();
    let token = token.expose().to_owned();
    env.site
        .provider
        .modify(Part::RefreshResponse, move |response| {
            response["access_token"] = json!(token);
        });
    env
}

/// Advances the clock by a few seconds, until the refresh token was used twice.
async fn advance_until_the_second_refresh(env: &ApiTestEnv) {
    for _ in 0..4 {
        if env.refreshes() >= 2 {
            return;
        }
        env.site.clock.advance(1);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// Tokens without a unique claim are identical within a second.
#[tokio::test]
async fn an_identical_token_is_refreshed_again_in_the_next_second() {
    let env = env_with_identical_tokens().await;
    env.orders.replies([
        Reply::invalid_token(),
        Reply::json(&json!({ "owner": "auth0|alice" })),
    ]);
    let (listed, ()) = tokio::join!(env.list(), async {
        let provider = &env.site.provider;
        provider.wait_for_requests(Endpoint::Refresh, 1).await;
        provider.reset(Part::RefreshResponse);
        advance_until_the_second_refresh(&env).await;
    });
    assert_eq!(listed.unwrap()["owner"], "auth0|alice");
    assert_eq!((env.orders.request_count(), env.refreshes()), (2, 2));
    assert_eq!(env.site.provider.revoked_families(), 0);
}

#[tokio::test]
async fn an_identical_token_after_two_refreshes_is_rejected() {
    let env = env_with_identical_tokens().await;
    env.orders.replies([Reply::invalid_token()]);
    let (listed, ()) = tokio::join!(env.list(), async {
        let provider = &env.site.provider;
        provider.wait_for_requests(Endpoint::Refresh, 1).await;
        advance_until_the_second_refresh(&env).await;
    });
    assert_eq!(
        cause(&listed.unwrap_err()),
        Some(DiagnosisCode::RefusedByApi)
    );
    assert_eq!((env.orders.request_count(), env.refreshes()), (1, 2));
}

/// A provider that returns a cached token returns it a second later, too.
#[tokio::test]
async fn an_older_identical_token_is_not_refreshed_again() {
    let env = env_with_identical_tokens().await;
    env.site.clock.advance(100);
    env.orders.replies([Reply::invalid_token()]);
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::RefusedByApi),
        "{error:?}"
    );
    assert_eq!((env.orders.request_count(), env.refreshes()), (1, 1));
}
