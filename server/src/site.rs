//! The router: public routes, the app, and the layers around both.

use std::time::Duration;

use app::{
    App,
    routes::{REPORT, REPORT_ROLE, protected_paths},
    server::apis,
    shell,
};
use axum::{
    Json, Router, body::Body, extract::Request, middleware, response::IntoResponse, routing::any,
};
use axum_auth0::{Auth0, Auth0Builder, Requirement, StepUp};
use axum_auth0_doctor::SiteFeatures;
use http::{StatusCode, header, request::Parts};
use leptos::{
    config::LeptosOptions,
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use leptos_auth0::server::is_server_function;
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context};
use serde_json::json;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{compression::compress, files, headers, headers::Policy, health, inline_stylesheet};

/// Maximum size of a request body in bytes. The site's largest form has a few hundred bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Timeout until a response begins.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the builder of the site's authentication, with its APIs, protected pages and server functions.
pub fn auth0() -> Auth0Builder {
    let auth0 = Auth0::builder()
        .apis(apis())
        .protect(protected_paths())
        .protect_for(Requirement::role(REPORT_ROLE), [REPORT.path])
        .data_routes(is_server_function);
    #[cfg(feature = "otel")]
    let auth0 = auth0.trace_propagator(otlp_traces::inject);
    #[cfg(debug_assertions)]
    let auth0 = auth0.protect([crate::tokens_page::PATH]);
    auth0
}

/// Returns what the code of the site uses of the provider, for the doctor.
pub fn features() -> SiteFeatures {
    // An expensive product requires a second factor.
    SiteFeatures::default().step_up(&StepUp::multi_factor())
}

/// Returns the complete site as one router. Pages, server functions and files are below the base path; the health checks are
/// not.
///
/// If `watched`, cargo-leptos reloads the page after a change. `development` are the routes of a debug build that need no
/// session.
pub fn router(options: LeptosOptions, auth0: Auth0, watched: bool, development: Router) -> Router {
    let reload = watched.then_some(options.reload_port);
    let policy = Policy::new(auth0.clone(), reload);
    let files = auth0.mount(files::router(&options));
    #[cfg(debug_assertions)]
    let tokens_page = crate::tokens_page::router(options.clone(), auth0.clone());
    let pages = pages(options);
    #[cfg(debug_assertions)]
    let pages = pages.merge(tokens_page);
    // The first layer is the outermost, so the responses of the other layers also get the headers.
    let layers = ServiceBuilder::new()
        // The code that responds with an error logs its cause, so the status is not logged here.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(record_status)
                .on_failure(()),
        )
        .layer(middleware::from_fn_with_state(policy, headers::secure))
        .layer(CatchPanicLayer::custom(|_| internal_error()))
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            RESPONSE_TIMEOUT,
        ));
    auth0
        .wrap(compress(pages))
        .merge(files)
        .merge(development)
        .merge(health::router(auth0))
        .layer(layers)
}

/// Returns the routes of pages and server functions.
fn pages(options: LeptosOptions) -> Router {
    let routes = generate_route_list(App);
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let stylesheet = inline_stylesheet::read(&options);
    let provide = move || {
        provide_nonce();
        inline_stylesheet::provide(stylesheet.as_ref());
    };
    let not_found = render_app_async_with_context(provide.clone(), document.clone());
    let pages = Router::new().leptos_routes_with_context(&options, routes, provide, document);
    pages
        .route("/api/{*rest}", any(no_such_function))
        .fallback(move |request: Request<Body>| not_found(request))
        .with_state(options)
}

/// Provides the nonce of the policy to scripts and styles.
fn provide_nonce() {
    if let Some(nonce) =
        use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned())
    {
        provide_context(nonce);
    }
}

async fn no_such_function() -> impl IntoResponse {
    let body = json!({ "code": "not_found", "error": "not_found", "error_description": "there is no such function" });
    (StatusCode::NOT_FOUND, Json(body))
}

/// Returns the response after a panic, without details.
fn internal_error() -> http::Response<Body> {
    let text = "Something went wrong on our side. It has been noted; please try again.\n";
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(header::CACHE_CONTROL, "no-store")],
        text,
    )
        .into_response()
}

/// Returns a span with method and path, which continues the trace that the request names. The query is omitted, because
/// that of a callback contains a code. The fields are those of the semantic conventions of OpenTelemetry.
fn span<B>(request: &http::Request<B>) -> tracing::Span {
    let span = tracing::debug_span!(
        "request",
        otel.kind = "server",
        // Without the path, so that there are few different names.
        otel.name = %request.method(),
        http.request.method = %request.method(),
        url.path = request.uri().path(),
        http.response.status_code = tracing::field::Empty,
    );
    #[cfg(feature = "otel")]
    otlp_traces::continue_trace(&span, request.headers());
    span
}

fn record_status<B>(response: &http::Response<B>, _: Duration, span: &tracing::Span) {
    span.record("http.response.status_code", response.status().as_u16());
}
