//! The profile route: the claims about the user, for scripts of the page.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use crate::{
    config::Config,
    session::{CurrentUser, NotSignedIn},
};

pub(crate) async fn get(
    State(config): State<Arc<Config>>,
    Extension(user): Extension<CurrentUser>,
) -> Response {
    match user {
        CurrentUser::SignedIn(user) => Json(user.claims()).into_response(),
        CurrentUser::Anonymous if config.no_content_profile() => {
            StatusCode::NO_CONTENT.into_response()
        }
        CurrentUser::Anonymous => NotSignedIn::Anonymous.into_response(),
        CurrentUser::Unavailable => NotSignedIn::Unavailable.into_response(),
    }
}
