//! `GET /auth/profile`: who is signed in, for programs in the browser.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

use crate::{engine::Engine, session::CurrentUser};

/// Where the profile is.
pub const PROFILE_PATH: &str = "/auth/profile";

pub(crate) async fn get(
    State(engine): State<Arc<Engine>>,
    Extension(user): Extension<CurrentUser>,
) -> Response {
    match user {
        CurrentUser::SignedIn(user) => Json(user.claims()).into_response(),
        CurrentUser::Anonymous if engine.config().no_content_profile() => {
            StatusCode::NO_CONTENT.into_response()
        }
        CurrentUser::Anonymous => {
            let body = Json(json!({
                "error": "not_authenticated",
                "error_description": "nobody is signed in",
            }));
            (StatusCode::UNAUTHORIZED, body).into_response()
        }
        CurrentUser::Unavailable => {
            let body = Json(json!({
                "error": "temporarily_unavailable",
                "error_description": "the session store does not answer",
            }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
