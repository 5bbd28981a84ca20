//! Data of the application in the session, on every store.

mod errors;
mod lifetime;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use axum_auth0::{AppData, SessionDataError, SignedInUser};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use test_support::Browser;
use tokio::sync::Semaphore;

use crate::app::TestEnv;

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
