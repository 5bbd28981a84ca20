//! The counters and the delay of refreshes, which other tests rely on.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::RefreshCounts;

use crate::test_env::TestEnv;

async fn reported_counts(env: &TestEnv) -> Value {
    let response = env.get("dashboard/refreshes.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    response.json().await.unwrap()
}

#[tokio::test]
async fn refreshes_are_counted_by_outcome() {
    let env = TestEnv::start().await;
    assert_eq!(env.tenant.refreshes(), RefreshCounts::default());
    let first = env.tokens(&[]).await;
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    env.refresh(second.text("refresh_token"), &[]).await;
    env.refresh("invalid", &[]).await;
    let expected = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), expected);
    env.refresh(first.text("refresh_token"), &[]).await;
    // The family is revoked, so the next token is unknown and not a reuse.
    env.refresh(second.text("refresh_token"), &[]).await;
    assert_eq!(
        env.tenant.refreshes(),
        RefreshCounts {
            reused: 1,
            ..expected
        }
    );
    assert_eq!(
        reported_counts(&env).await,
        json!({"granted": 2, "reused": 1})
    );
}

#[tokio::test]
async fn a_refresh_within_the_leeway_is_granted_and_not_a_reuse() {
    let env = TestEnv::with(|settings| settings.refresh_leeway = Duration::from_secs(10)).await;
    let first = env.tokens(&[]).await;
    for _ in 0..2 {
        env.refresh(first.text("refresh_token"), &[]).await;
    }
    assert_eq!(
        reported_counts(&env).await,
        json!({"granted": 2, "reused": 0})
    );
}

#[tokio::test]
async fn a_delayed_response_follows_the_consumption_of_the_token() {
    let env = TestEnv::with(|settings| settings.refresh_delay = Duration::from_secs(1)).await;
    let first = env.tokens(&[]).await;
    let response = async {
        let response = env.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(response.status, StatusCode::OK);
        response
    };
    let reuse_during_delay = async {
        while env.tenant.refreshes().granted == 0 {
            tokio::task::yield_now().await;
        }
        let reused = env.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(reused.status, StatusCode::FORBIDDEN);
    };
    let mut response = std::pin::pin!(response);
    tokio::select! {
        biased;
        _ = &mut response => panic!("the response was not delayed"),
        () = reuse_during_delay => {}
    }
    let response = response.await;
    assert!(response.json["refresh_token"].is_string());
    assert_eq!(
        reported_counts(&env).await,
        json!({"granted": 1, "reused": 1})
    );
}
