//! `/healthz`: liveness. `/readyz`: whether a load balancer should send users to this process.

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

/// Responds with 503 while the store is unavailable, until the provider has answered once, and during a shutdown. A later
/// outage of the provider is only told in the body. The body contains no details, because this route is public.
async fn ready(State(auth0): State<Auth0>) -> impl IntoResponse {
    let (status, text) = match auth0.ready().await {
        Ok(()) if auth0.provider_outage().is_some() => (
            StatusCode::OK,
            "ready, but the OpenID Provider does not answer: logins can fail\n",
        ),
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let text = match error {
                axum_auth0::NotReady::NotSupported(_) => {
                    "the OpenID Provider does not offer what the configuration requires\n"
                }
                axum_auth0::NotReady::Provider(_) => "the OpenID Provider does not answer\n",
                axum_auth0::NotReady::ShuttingDown => "shutting down\n",
                _ => "the session store does not answer\n",
            };
            (StatusCode::SERVICE_UNAVAILABLE, text)
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text)
}
