//! Responses are cached, and concurrent requests share one.

use std::sync::Arc;

use axum_auth0_bearer::BearerErrorKind;
use serde_json::json;
use test_support::{NOW, Reply};
use tokio::sync::Semaphore;

use super::{PATH, TOKEN, active, introspections, start};

#[tokio::test]
async fn a_response_is_used_for_a_while_and_never_beyond_the_expiry() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({ "exp": NOW + 45 })));
    for _ in 0..3 {
        assert!(env.verifier.verify(TOKEN).await.is_ok());
    }
    assert_eq!(introspections(&env), 1);
    env.clock.advance(30);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    assert_eq!(introspections(&env), 2);
    // The token expires before the second response is 30 seconds old. It was revoked meanwhile.
    env.fake
        .reply_at(PATH, Reply::Json(200, json!({ "active": false })));
    env.clock.advance(14);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    env.clock.advance(1);
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 3);
    // That is remembered, too.
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 3);
    env.clock.advance(10);
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 4);
}

#[tokio::test]
async fn tokens_are_cached_separately() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    env.fake
        .reply_at(PATH, Reply::Json(200, json!({ "active": false })));
    assert_eq!(env.rejected("another").await, BearerErrorKind::NotActive);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
}

#[tokio::test]
async fn concurrent_requests_with_one_token_are_one_introspection() {
    let env = start().await;
    let gate = Arc::new(Semaphore::new(0));
    let reply = Reply::Gated(Arc::clone(&gate), Box::new(active(json!({}))));
    env.fake.reply_at(PATH, reply);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let verifier = env.verifier.clone();
            tokio::spawn(async move { verifier.verify(TOKEN).await.is_ok() })
        })
        .collect();
    test_support::wait_until(|| introspections(&env) == 1).await;
    gate.add_permits(100);
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(introspections(&env), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_fail_the_others() {
    let env = start().await;
    let gate = Arc::new(Semaphore::new(0));
    let reply = Reply::Gated(Arc::clone(&gate), Box::new(active(json!({}))));
    env.fake.reply_at(PATH, reply);
    let verify = || {
        let verifier = env.verifier.clone();
        tokio::spawn(async move { verifier.verify(TOKEN).await.is_ok() })
    };
    let first = verify();
    test_support::wait_until(|| introspections(&env) == 1).await;
    let second = verify();
    first.abort();
    assert!(first.await.is_err());
    gate.add_permits(100);
    assert!(second.await.unwrap());
}
