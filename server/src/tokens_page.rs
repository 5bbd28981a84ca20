//! The Tokens page, for development. The server renders it without the app.

use app::{
    paths,
    tokens_page::{STYLE, STYLE_PATH, tokens_document},
};
use axum::{Router, body::Body, extract::Request, routing::get};
use http::header;
use leptos::config::LeptosOptions;
use leptos_axum::render_app_async_with_context;

/// Returns the routes of the page and its stylesheet. `provide` sets up the same context as for the app's pages.
pub(crate) fn router(
    options: &LeptosOptions,
    provide: impl Fn() + Clone + Send + Sync + 'static,
) -> Router<LeptosOptions> {
    let document = {
        let options = options.clone();
        move || tokens_document(options.clone())
    };
    let page = render_app_async_with_context(provide, document);
    let style = ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new()
        .route(
            paths::TOKENS,
            get(move |request: Request<Body>| page(request)),
        )
        .route(STYLE_PATH, get(async move || style))
}
