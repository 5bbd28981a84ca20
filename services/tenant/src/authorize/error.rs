//! Errors of authorization requests.

use axum::http::StatusCode;

use crate::{http::OAuthError, pages::error_page::ErrorPage};

/// An authorization request failed.
#[derive(Debug)]
pub(super) enum AuthorizationError {
    /// Reported with a page of the tenant, because there is no trusted callback (RFC 6749 §4.1.2.1).
    Page(ErrorPage),
    /// Reported to the application with a redirect to its callback.
    Redirect(ErrorRedirect),
}

/// An error response at the application's callback (RFC 6749 §4.1.2.1).
#[derive(Clone, Debug)]
pub(super) struct ErrorRedirect {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) error: &'static str,
    pub(super) description: String,
    /// How to fix the problem, for the activity log only. Empty, or starts with a space.
    pub(super) fix: String,
}

impl From<ErrorPage> for AuthorizationError {
    fn from(page: ErrorPage) -> Self {
        Self::Page(page)
    }
}

impl From<ErrorRedirect> for AuthorizationError {
    fn from(redirect: ErrorRedirect) -> Self {
        Self::Redirect(redirect)
    }
}

impl From<sqlx::Error> for AuthorizationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Page(error.into())
    }
}

/// The response to an invalid pushed request is JSON with the same error codes (RFC 9126 §2.3).
impl From<AuthorizationError> for OAuthError {
    fn from(error: AuthorizationError) -> Self {
        match error {
            AuthorizationError::Page(page) => page.into(),
            AuthorizationError::Redirect(redirect) => Self::new(
                StatusCode::BAD_REQUEST,
                redirect.error,
                redirect.description,
            ),
        }
    }
}
