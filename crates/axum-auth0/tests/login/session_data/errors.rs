//! Limits, data of another type, and failures of the store.

use http::StatusCode;

use super::{products, shop};
use crate::app::TestEnv;

#[tokio::test]
async fn too_much_data_is_refused_and_changes_nothing() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    assert_eq!(browser.post("/fill/16000", "").await.status, StatusCode::OK);
    let response = browser.post("/fill/17000", "").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.body.contains("16384"), "the limit is for the log");
    assert_eq!(products(&mut browser).await[0].len(), 16_000);
}

#[tokio::test]
async fn data_of_another_type_is_an_error_and_is_kept() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    browser.post("/cart/vase", "").await;
    let response = browser.post("/other-version", "").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(products(&mut browser).await, ["vase"]);
}

#[tokio::test]
async fn a_failing_store_is_an_error() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    env.store.set_failing(&["swap_tokens"]);
    let response = browser.post("/cart/vase", "").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    env.store.set_failing(&[]);
    assert!(products(&mut browser).await.is_empty());
}

#[tokio::test]
async fn the_store_contains_no_data_in_clear() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    browser.post("/cart/a-surprising-vase", "").await;
    let login = env.store.login().await;
    let rows = [login.tokens, login.details].into_iter().chain(
        env.store
            .records()
            .await
            .into_iter()
            .map(|(_, record)| record),
    );
    for row in rows {
        assert!(!String::from_utf8_lossy(&row).contains("vase"));
    }
}
