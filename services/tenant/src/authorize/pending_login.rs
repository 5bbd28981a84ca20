//! Logins that wait for a form, and the pages that show the forms.

use axum::http::HeaderMap;

use super::prompt::Step;
use crate::{
    http::{Parameters, is_same_origin},
    pages::error_page::ErrorPage,
    sso,
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest,
        logins::{self, PendingLogin},
        sessions::Session,
    },
};

pub(super) const AUTHORIZE_PATH: &str = "/authorize";
pub(super) const LOGIN_PATH: &str = "/u/login";
pub(super) const SIGN_UP_PATH: &str = "/u/signup";
pub(super) const ONE_CLICK_PATH: &str = "/u/login/one-click";
pub(super) const SECOND_FACTOR_PATH: &str = "/u/second-factor";
pub(super) const ENROLLMENT_PATH: &str = "/u/second-factor/enroll";
pub(super) const CONSENT_PATH: &str = "/u/consent";
pub(super) const ORGANIZATION_PATH: &str = "/u/organization";

/// Returns the path of the form without a password, if such logins are enabled.
pub(super) fn one_click_path(state: &AppState) -> Option<&'static str> {
    state.config.one_click_login.then_some(ONE_CLICK_PATH)
}

/// Returns the URL of the page that `step` shows.
pub(super) fn page_url(step: Step, login_id: &str) -> String {
    let path = match step {
        Step::Consent => CONSENT_PATH,
        Step::SecondFactor => SECOND_FACTOR_PATH,
        Step::Enrollment => ENROLLMENT_PATH,
        _ => LOGIN_PATH,
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

/// Returns the request and the session of a login in which the user of this browser has authenticated.
pub(super) async fn authenticated_login(
    state: &AppState,
    headers: &HeaderMap,
    login_id: &str,
) -> Result<(AuthorizationRequest, Session), ErrorPage> {
    let login = pending_login(state, login_id).await?;
    let mut connection = state.store.connection().await?;
    sso::current_session(state, &mut connection, headers)
        .await?
        .filter(|session| login.sid.as_deref() == Some(session.sid.as_str()))
        .map(|session| (login.request, session))
        .ok_or_else(ErrorPage::login_not_found)
}

/// A form that the tenant's own page sent for a login in which the user has authenticated.
pub(super) struct AuthenticatedForm {
    pub(super) parameters: Parameters,
    pub(super) request: AuthorizationRequest,
    pub(super) session: Session,
}

impl AuthenticatedForm {
    pub(super) async fn read(
        state: &AppState,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, ErrorPage> {
        if !is_same_origin(headers) {
            return Err(ErrorPage::cross_site_form());
        }
        let parameters = Parameters::from_body(headers, body)?;
        let login_id = parameters.get("state").unwrap_or_default();
        let (request, session) = authenticated_login(state, headers, login_id).await?;
        Ok(Self {
            parameters,
            request,
            session,
        })
    }

    pub(super) fn login_id(&self) -> &str {
        self.parameters.get("state").unwrap_or_default()
    }
}
