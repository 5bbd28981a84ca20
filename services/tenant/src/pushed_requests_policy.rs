//! `POST /dashboard/pushed-requests`: whether authorization requests must be pushed (RFC 9126 §5).

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use crate::{
    dashboard,
    http::redirect,
    pages::{error_page::ErrorPage, security::PUSHED_REQUESTS_POLICY_PATH as PATH},
    state::AppState,
};

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = dashboard::form(&headers, &body)?;
    let required = parameters.get("required") == Some("true");
    state.require_pushed_requests(required);
    state.activity_log.granted(
        PATH,
        if required {
            "Authorization requests must be pushed from now on."
        } else {
            "Authorization requests can be pushed, but need not."
        },
    );
    Ok(redirect(dashboard::PATH))
}
