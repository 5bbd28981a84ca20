//! Names of the field and the headers with which a page identifies the user it was rendered for. The server uses
//! `axum_auth0::PageUser`.
//!
//! The browser part does not depend on the engine, so its names are repeated here. A test compares them.

/// The field of [`PageUserField`](crate::PageUserField): `axum_auth0::PAGE_USER_FIELD`.
pub(crate) const PAGE_USER_FIELD: &str = "auth0_page_user";

/// The request header that identifies the user of the page: `axum_auth0::PAGE_USER_HEADER`.
#[cfg(any(test, not(feature = "ssr")))]
pub(crate) const PAGE_USER_HEADER: &str = "auth0-page-user";

/// The response header that identifies the user of the request: `axum_auth0::CURRENT_USER_HEADER`.
#[cfg(any(test, not(feature = "ssr")))]
pub(crate) const CURRENT_USER_HEADER: &str = "auth0-current-user";

/// The response header with the login that a call requires: `axum_auth0::STEP_UP_HEADER`.
#[cfg(any(test, not(feature = "ssr")))]
pub(crate) const STEP_UP_HEADER: &str = "auth0-step-up";

/// The value for a page that was rendered for an anonymous visitor.
pub(crate) const ANONYMOUS: &str = "anonymous";
