//! What a page says about the user that it was rendered for; `axum_auth0::PageUser` is the server's side of it.

/// The field of [`PageUserField`](crate::PageUserField).
pub(crate) const PAGE_USER_FIELD: &str = "auth0_page_user";

/// What a page says that was rendered for an anonymous visitor.
pub(crate) const ANONYMOUS: &str = "anonymous";
