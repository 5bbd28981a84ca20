//! Logins that wait for a form, and the pages that show the forms.

use super::prompt::Step;
use crate::{
    pages::error_page::ErrorPage,
    state::AppState,
    store::logins::{self, PendingLogin},
};

pub(super) const LOGIN_PATH: &str = "/u/login";
pub(super) const ONE_CLICK_PATH: &str = "/u/login/one-click";
pub(super) const CONSENT_PATH: &str = "/u/consent";

/// Returns the path of the form without a password, if such logins are enabled.
pub(super) fn one_click_path(state: &AppState) -> Option<&'static str> {
    state.config.one_click_login.then_some(ONE_CLICK_PATH)
}

/// Returns the URL of the page that `step` shows.
pub(super) fn page_url(step: Step, login_id: &str) -> String {
    let path = if step == Step::Consent {
        CONSENT_PATH
    } else {
        LOGIN_PATH
    };
    format!("{path}?state={login_id}")
}

/// Returns the login with this ID, or an error page if it has finished or expired.
pub(super) async fn pending_login(
    state: &AppState,
    login_id: &str,
) -> Result<PendingLogin, ErrorPage> {
    let mut connection = state.store.connection().await?;
    logins::find(&mut connection, login_id, state.now())
        .await?
        .ok_or_else(ErrorPage::login_not_found)
}
