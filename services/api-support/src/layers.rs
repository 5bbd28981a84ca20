//! Layers around the routes of an API, and the routes that every API has.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, trace::TraceLayer,
};

use tracing::{Span, field};

use crate::ApiError;

/// Body limit in bytes. The objects of these APIs have a few short fields.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// Time limit of a request, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// Adds `GET /healthz`, `GET /openapi.json` with the given document, JSON errors for unknown paths and methods, and limits
/// of size and time.
pub fn with_layers(routes: Router, openapi: &'static str) -> Router {
    let openapi = async move || ([(CONTENT_TYPE, "application/json")], openapi);
    routes
        .route("/openapi.json", get(openapi))
        .route("/healthz", get(async || "ok\n"))
        .fallback(async || ApiError::PathNotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(limit_time))
        .layer(CatchPanicLayer::custom(|_| ApiError::Panic.into_response()))
        .layer(SetResponseHeaderLayer::overriding(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(record_status),
        )
}

/// Forbids caches to store a response: it belongs to one user.
pub fn private(response: impl IntoResponse) -> impl IntoResponse {
    ([(CACHE_CONTROL, "private, no-store")], response)
}

async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout.into_response(),
    }
}

/// Returns a span with method and path, which continues the trace that the request names.
fn span(request: &Request) -> Span {
    let span = tracing::debug_span!(
        "request",
        otel.kind = "server",
        // Without the path, so that there are few different names.
        otel.name = %request.method(),
        http.request.method = %request.method(),
        url.path = request.uri().path(),
        http.response.status_code = field::Empty,
    );
    #[cfg(feature = "otel")]
    otlp_traces::continue_trace(&span, request.headers());
    span
}

fn record_status(response: &Response, _: Duration, span: &Span) {
    span.record("http.response.status_code", response.status().as_u16());
}
