//! The session route: when the session ends, and the request that extends it.
//!
//! `GET` does not count as use of the session, `POST` does.

use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

use crate::session::{CurrentUser, NotSignedIn};

/// Responds with the end of the session, or 204 if there is no session. The layer that loads the user has extended the
/// session of a `POST`.
pub(crate) async fn respond(Extension(user): Extension<CurrentUser>) -> Response {
    match user {
        CurrentUser::SignedIn(user) => {
            let expiry = user.session_expiry();
            Json(json!({
                "expires_at": expiry.expires_at(),
                "expires_in": expiry.expires_in().as_secs(),
                "limit": expiry.limit().as_str(),
            }))
            .into_response()
        }
        CurrentUser::Anonymous => StatusCode::NO_CONTENT.into_response(),
        CurrentUser::Unavailable => NotSignedIn::Unavailable.into_response(),
    }
}
