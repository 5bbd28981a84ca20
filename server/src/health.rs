//! `/healthz`: liveness. `/readyz`: readiness for logins.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use axum_auth0::Auth0;
use http::{StatusCode, header};

pub(crate) fn router(auth0: Auth0) -> Router {
    Router::new()
        .route(
            "/healthz",
            get(|| async { ([(header::CACHE_CONTROL, "no-store")], "ok\n") }),
        )
        .route("/readyz", get(ready))
        .with_state(auth0)
}

/// Responds with 503 while the provider or the store is unavailable, and during a shutdown. The body contains the
/// reason without details, because this route is public.
async fn ready(State(auth0): State<Auth0>) -> impl IntoResponse {
    let (status, text) = match auth0.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let text = match error {
                axum_auth0::NotReady::Provider(_) => "the OpenID Provider does not answer\n",
                axum_auth0::NotReady::ShuttingDown => "shutting down\n",
                _ => "the session store does not answer\n",
            };
            (StatusCode::SERVICE_UNAVAILABLE, text)
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text)
}
