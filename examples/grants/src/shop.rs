//! Session transfer: the user is logged in at another site, too. Here that site is this one, under another name.

use axum::response::{IntoResponse as _, Redirect, Response};
use axum_auth0::SignedInUser;

/// `OTHER_SITE_LOGIN` is the login route of the other site. It must not come from the request.
pub(crate) async fn page(user: SignedInUser) -> Response {
    let login = std::env::var("OTHER_SITE_LOGIN").unwrap_or_default();
    let token = match user.session_transfer_token(None).await {
        Ok(token) => token,
        Err(error) => return error.into_response(),
    };
    match token.login_url(&login) {
        Ok(url) => Redirect::to(url.as_str()).into_response(),
        Err(error) => error.to_string().into_response(),
    }
}

/// A page of the other site.
pub(crate) async fn account(user: SignedInUser) -> String {
    user.subject().to_owned()
}
