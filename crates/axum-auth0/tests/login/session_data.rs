//! Data of the application in the session, on every store.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use axum_auth0::{AppData, SessionDataError, SignedInUser};
use futures::future::join_all;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    app::TestEnv,
    stores::{site_on, stores},
};
use test_support::{Browser, Endpoint};

#[derive(Default, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Cart {
    products: Vec<String>,
}

impl AppData for Cart {
    const KEY: &'static str = "cart";
}

/// Another version of the same data.
#[derive(Default, Serialize, Deserialize)]
struct OtherCart {
    products: u32,
}

impl AppData for OtherCart {
    const KEY: &'static str = "cart";
}

#[derive(Default, Serialize, Deserialize)]
struct Visits(u32);

impl AppData for Visits {
    const KEY: &'static str = "visits";
}

/// Blocks an update between its read and its write.
#[derive(Clone)]
struct Pause {
    is_reached: Arc<Semaphore>,
    may_continue: Arc<Semaphore>,
}

async fn show(user: SignedInUser) -> Result<Json<Cart>, SessionDataError> {
    user.session_data().await.map(Json)
}

async fn add(user: SignedInUser, Path(product): Path<String>) -> Result<String, SessionDataError> {
    let count = user
        .update_session(|cart: &mut Cart| {
            cart.products.push(product.clone());
            cart.products.len()
        })
        .await?;
    // The request reads what it has written.
    let cart: Cart = user.session_data().await?;
    assert_eq!(cart.products.len(), count);
    Ok(count.to_string())
}

async fn fill(user: SignedInUser, Path(bytes): Path<usize>) -> Result<(), SessionDataError> {
    user.update_session(|cart: &mut Cart| cart.products = vec!["x".repeat(bytes)])
        .await
}

async fn clear(user: SignedInUser) -> Result<(), SessionDataError> {
    user.remove_session_data::<Cart>().await
}

async fn visit(user: SignedInUser) -> Result<String, SessionDataError> {
    let visits = user
        .update_session(|Visits(visits)| {
            *visits += 1;
            *visits
        })
        .await?;
    Ok(visits.to_string())
}

async fn other_version(user: SignedInUser) -> Response {
    let read = user.session_data::<OtherCart>().await;
    assert!(matches!(
        read,
        Err(SessionDataError::Unreadable { key: "cart", .. })
    ));
    let update = user.update_session(|cart: &mut OtherCart| cart.products += 1);
    update.await.into_response()
}

/// Begins an update, and continues it when the test allows it.
async fn late(State(pause): State<Pause>, user: SignedInUser) -> Result<(), SessionDataError> {
    pause.is_reached.add_permits(1);
    pause.may_continue.acquire().await.unwrap().forget();
    user.update_session(|cart: &mut Cart| cart.products.push("late".to_owned()))
        .await
}

/// Returns a browser of Alice at a site with the handlers above.
async fn shop(env: &TestEnv) -> (Browser, Pause) {
    let pause = Pause {
        is_reached: Arc::new(Semaphore::new(0)),
        may_continue: Arc::new(Semaphore::new(0)),
    };
    let app = Router::new()
        .route("/cart", get(show))
        .route("/cart/{product}", post(add))
        .route("/cart/clear", delete(clear).post(clear))
        .route("/fill/{bytes}", post(fill))
        .route("/visit", post(visit))
        .route("/other-version", post(other_version))
        .route("/late", post(late))
        .with_state(pause.clone())
        .merge(test_support::TestApp::router(&env.app));
    let site = env.auth0.wrap(app);
    (env.logged_in("alice").await.with_router(&site), pause)
}

async fn products(browser: &mut Browser) -> Vec<String> {
    let response = browser.get("/cart").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    serde_json::from_str::<Cart>(&response.body)
        .unwrap()
        .products
}

#[tokio::test]
async fn data_lives_as_long_as_the_session() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        assert!(products(&mut browser).await.is_empty());
        assert_eq!(browser.post("/cart/vase", "").await.body, "1");
        assert_eq!(browser.post("/cart/jug", "").await.body, "2");
        assert_eq!(browser.post("/visit", "").await.body, "1");
        assert_eq!(products(&mut browser).await, ["vase", "jug"]);
        assert_eq!(browser.whoami().await, "auth0|alice");

        let response = browser.post("/cart/clear", "").await;
        assert_eq!(response.status, StatusCode::OK);
        assert!(products(&mut browser).await.is_empty());
        assert_eq!(
            browser.post("/visit", "").await.body,
            "2",
            "other data stays"
        );

        browser.post("/cart/vase", "").await;
        browser.log_in(&env.provider, "alice").await;
        assert!(products(&mut browser).await.is_empty(), "{}", store.name);
    }
}

#[tokio::test]
async fn concurrent_updates_all_survive() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        let updates = (0..20).map(|number| {
            let mut browser = browser.clone();
            async move { browser.post(&format!("/cart/{number}"), "").await.status }
        });
        for status in join_all(updates).await {
            assert_eq!(status, StatusCode::OK, "{}", store.name);
        }
        let mut all = products(&mut browser).await;
        all.sort_by_key(|product| product.parse::<u32>().unwrap());
        let expected: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(all, expected, "{}", store.name);
    }
}

#[tokio::test]
async fn another_process_sees_an_update_at_the_next_request() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        assert!(products(&mut browser).await.is_empty());
        let replica = env.auth0_builder().build().await.unwrap();
        let site = replica.wrap(Router::new().route("/cart/{product}", post(add)));
        let mut elsewhere = browser.clone().with_router(&site);
        assert_eq!(elsewhere.post("/cart/vase", "").await.body, "1");
        assert_eq!(products(&mut browser).await, ["vase"], "{}", store.name);
        assert_eq!(elsewhere.post("/cart/jug", "").await.body, "2");
        assert_eq!(products(&mut browser).await, ["vase", "jug"]);
    }
}

/// The store reports changes, but this one was not reported yet.
#[tokio::test]
async fn another_process_sees_an_update_at_once_although_its_session_is_cached() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    let feed = env.store.open_feed();
    drop(env.auth0.spawn_maintenance());
    feed.prove().await;
    for _ in 0..2 {
        assert!(products(&mut browser).await.is_empty());
    }
    let replica = env.auth0_builder().build().await.unwrap();
    let site = replica.wrap(Router::new().route("/cart/{product}", post(add)));
    let mut elsewhere = browser.clone().with_router(&site);
    assert_eq!(elsewhere.post("/cart/vase", "").await.body, "1");
    assert_eq!(products(&mut browser).await, ["vase"]);
}

#[tokio::test]
async fn reading_needs_no_further_read_of_the_store() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    browser.post("/cart/vase", "").await;
    products(&mut browser).await;
    let before = env.store.read_count();
    products(&mut browser).await;
    assert_eq!(env.store.read_count() - before, 1, "that of the session");
}

#[tokio::test]
async fn an_update_does_not_bring_a_deleted_session_back() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, pause) = shop(&env).await;
        let mut other = browser.clone();
        let update = async { other.post("/late", "").await };
        let logout = async {
            pause.is_reached.acquire().await.unwrap().forget();
            browser.post("/auth/logout", "").await;
            pause.may_continue.add_permits(1);
        };
        let (response, ()) = tokio::join!(update, logout);
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{}", store.name);
        assert!(response.body.contains("sign_in_required"));
        assert!(env.store.logins().await.is_empty(), "{}", store.name);
        assert!(env.store.records().await.is_empty(), "{}", store.name);
    }
}

/// The data and the tokens are in the same row.
#[tokio::test]
async fn an_update_during_a_refresh_loses_neither() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        let before = env.token(&mut browser).await;
        let gate = env.provider.gate(Endpoint::Refresh);
        let mut other = browser.clone();
        let refresh = async { other.get("/token/renewed").await.json() };
        let update = async {
            env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
            let response = browser.post("/cart/vase", "").await;
            gate.release_all();
            response.status
        };
        let (renewed, status) = tokio::join!(refresh, update);
        assert_eq!(
            status,
            StatusCode::OK,
            "an update does not wait for the provider"
        );
        assert_ne!(renewed["fingerprint"], before["fingerprint"]);
        assert_eq!(products(&mut browser).await, ["vase"], "{}", store.name);
        let after = env.token(&mut browser).await;
        assert_eq!(after["fingerprint"], renewed["fingerprint"]);
        // The rotated refresh token is stored, too.
        let response = browser.get("/token/renewed").await;
        assert_eq!(response.status, StatusCode::OK, "{}", store.name);
        assert_eq!(env.provider.revoked_families(), 0);
    }
}

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
