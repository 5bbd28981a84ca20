//! The server function that returns the current user to the browser.

use crate::{error::AuthError, user::User};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Returns the signed-in user, or `null`: `GET /auth/user`.
///
/// # Errors
/// [`AuthError::StoreUnavailable`] if the session lookup fails.
#[server(name = FetchCurrentUser, prefix = "/auth", endpoint = "user", input = GetUrl)]
pub async fn current_user() -> Result<Option<User>, AuthError> {
    crate::server::current_user()
}
