//! `POST /dashboard/second-factor`: whether every login requires a second factor.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use crate::{
    dashboard,
    http::{Parameters, is_same_origin, redirect},
    pages::{error_page::ErrorPage, users::SECOND_FACTOR_POLICY_PATH as PATH},
    state::AppState,
};

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    if !is_same_origin(&headers) {
        return Err(ErrorPage::cross_site_form());
    }
    let parameters = Parameters::from_body(&headers, &body)?;
    let required = parameters.get("required") == Some("true");
    state.require_second_factor(required);
    state.activity_log.granted(
        PATH,
        if required {
            "Every login requires a second factor from now on."
        } else {
            "A login requires a second factor only if the application asks for it."
        },
    );
    Ok(redirect(dashboard::PATH))
}
