//! The stylesheet and the icon.

use axum::{
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};

pub(crate) const STYLESHEET_PATH: &str = "/assets/tenant.css";
pub(crate) const ICON_PATH: &str = "/assets/icon.svg";

pub(crate) async fn stylesheet() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../../assets/tenant.css"),
    )
}

pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("../../assets/icon.svg"))
}

fn asset(content_type: &'static str, body: &'static str) -> Response {
    (
        [
            (CONTENT_TYPE, content_type),
            (CACHE_CONTROL, "public, max-age=60"),
        ],
        body,
    )
        .into_response()
}
