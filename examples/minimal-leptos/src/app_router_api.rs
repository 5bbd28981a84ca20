//! The API routes of nextjs-auth0's end-to-end tests of its app router, in axum.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use leptos_auth0::server::axum_auth0::{AppData, SignedInUser};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the application keeps in the session.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Visit {
    /// In milliseconds since 1970.
    updated_at: Option<u64>,
}

impl AppData for Visit {
    const KEY: &'static str = "visit";
}

/// Returns the routes, for `auth0.wrap`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/app-router/api/test", get(test))
        .route("/app-router/api/get-session", get(get_session))
        .route("/app-router/api/update-session", post(update_session))
}

/// A route for signed-in users; others get 401.
async fn test(user: SignedInUser) -> Json<Value> {
    Json(json!({ "email": user.claim::<String>("email") }))
}

async fn get_session(user: SignedInUser) -> Result<Json<Visit>, StatusCode> {
    let visit = user
        .session_data()
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(visit))
}

/// Changes the session, so it is a POST: another site cannot send it.
async fn update_session(user: SignedInUser) -> Result<(), StatusCode> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = u64::try_from(now.as_millis()).unwrap_or_default();
    let updated = user.update_session(|visit: &mut Visit| visit.updated_at = Some(now));
    updated.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}
