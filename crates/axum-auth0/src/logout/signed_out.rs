//! The page that a logout ends at, unless the application has its own.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};

use crate::{config::Config, page::Page, session::CurrentUser};

/// Layer that responds to `GET /signed-out` if the application has no such page. An application has one if it does not
/// respond with 404: with a route, or with a fallback.
pub(crate) async fn signed_out_page(
    State(config): State<Arc<Config>>,
    request: Request,
    next: Next,
) -> Response {
    let routes = config.routes();
    let is_signed_out_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && request.uri().path() == routes.local(routes.signed_out_path());
    if !is_signed_out_page {
        return next.run(request).await;
    }
    let user = request.extensions().get::<CurrentUser>().cloned();
    let response = next.run(request).await;
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    let page = match user {
        Some(CurrentUser::SignedIn(_)) => Page::new(StatusCode::OK, "You are logged in"),
        _ => Page::new(StatusCode::OK, "You are logged out")
            .paragraph("Your session on this site has ended.")
            .link("Log in", routes.login_path()),
    };
    page.link("Go to the start page", routes.home_path())
        .into_response()
}
