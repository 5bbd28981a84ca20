//! `POST /dashboard/second-factor`: whether every login requires a second factor. `POST /dashboard/second-factor/remove`:
//! removes the second factor of a user.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use crate::{
    dashboard,
    http::redirect,
    pages::{
        error_page::ErrorPage,
        users::{SECOND_FACTOR_POLICY_PATH as PATH, SECOND_FACTOR_REMOVAL_PATH},
    },
    state::AppState,
    store::{second_factor_enrollments, users},
};

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = dashboard::form(&headers, &body)?;
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

/// The user sets up another one in the next login that requires it.
pub(crate) async fn remove(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = dashboard::form(&headers, &body)?;
    let sub = parameters.get("sub").unwrap_or_default();
    let mut transaction = state.store.begin().await?;
    let user = users::find(&mut transaction, sub)
        .await?
        .ok_or_else(ErrorPage::user_not_found)?;
    let had_one = second_factor_enrollments::remove(&mut transaction, &user.sub).await?;
    transaction.commit().await?;
    let text = if had_one {
        format!("The second factor of {} was removed.", user.sub)
    } else {
        format!("{} had no second factor.", user.sub)
    };
    state.activity_log.granted(SECOND_FACTOR_REMOVAL_PATH, text);
    Ok(redirect(dashboard::PATH))
}
