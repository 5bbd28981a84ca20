//! Refreshes that are counted and held back, for those who test what happens in between.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::RefreshCounts;

use crate::world::World;

async fn shown(world: &World) -> Value {
    let answer = world.get("dashboard/refreshes.json").await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn refreshes_are_counted_by_what_became_of_them() {
    let world = World::start().await;
    assert_eq!(world.tenant.refreshes(), RefreshCounts::default());
    let first = world.tokens(&[]).await;
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    world.refresh(second.text("refresh_token"), &[]).await;
    world.refresh("rubbish", &[]).await;
    let so_far = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(world.tenant.refreshes(), so_far);
    world.refresh(first.text("refresh_token"), &[]).await;
    // The family is gone: the next one is unknown, and no reuse.
    world.refresh(second.text("refresh_token"), &[]).await;
    assert_eq!(
        world.tenant.refreshes(),
        RefreshCounts {
            reused: 1,
            ..so_far
        }
    );
    assert_eq!(shown(&world).await, json!({"granted": 2, "reused": 1}));
}

#[tokio::test]
async fn a_refresh_within_the_leeway_is_granted_and_no_reuse() {
    let world = World::with(|settings| settings.refresh_leeway = Duration::from_secs(10)).await;
    let first = world.tokens(&[]).await;
    for _ in 0..2 {
        world.refresh(first.text("refresh_token"), &[]).await;
    }
    assert_eq!(shown(&world).await, json!({"granted": 2, "reused": 0}));
}

#[tokio::test]
async fn an_answer_that_is_held_back_comes_after_the_token_was_consumed() {
    let world = World::with(|settings| settings.refresh_delay = Duration::from_secs(1)).await;
    let first = world.tokens(&[]).await;
    let answer = async {
        let answer = world.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer
    };
    let reused_meanwhile = async {
        while world.tenant.refreshes().granted == 0 {
            tokio::task::yield_now().await;
        }
        let reused = world.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(reused.status, StatusCode::FORBIDDEN);
    };
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        _ = &mut answer => panic!("the answer was not held back"),
        () = reused_meanwhile => {}
    }
    let answer = answer.await;
    assert!(answer.json["refresh_token"].is_string());
    assert_eq!(shown(&world).await, json!({"granted": 1, "reused": 1}));
}
