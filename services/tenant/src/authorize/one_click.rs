//! `/u/login/one-click`: a login without the password, if [`Settings::one_click_login`](crate::Settings::one_click_login)
//! enables it.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use super::{
    login::{LoginForm, log_in},
    pending_login::ONE_CLICK_PATH,
};
use crate::{pages::error_page::ErrorPage, state::AppState, store::users};

pub(crate) const PATH: &str = ONE_CLICK_PATH;

/// Like the form with a password, the form is bound to a pending login and must come from the tenant's own page.
pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = LoginForm::read(&state, PATH, &headers, &body).await?;
    let sub = form.parameters.get("user").unwrap_or_default();
    let mut transaction = state.store.begin().await?;
    let user = users::find(&mut transaction, sub).await?;
    let Some(user) = user.filter(|user| state.config.is_configured_user(&user.sub)) else {
        let page = ErrorPage::user_not_found();
        state.activity_log.refused(PATH, page.message());
        return Err(page);
    };
    log_in(&state, transaction, &headers, &form, &user).await
}
