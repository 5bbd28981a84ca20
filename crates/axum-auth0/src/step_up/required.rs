//! The error of a guard that requires another login.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde_json::json;

use super::StepUp;

/// Error of a guard: the login of the user is not recent or strong enough for the action.
///
/// As a response, below the engine's layers:
/// - A navigation is redirected to a login that satisfies the requirement and returns to the page. A form that the browser
///   posted waits at the server, and is sent after that login.
/// - Other requests get 401 with JSON: `code` is `step_up_required`, `error` is `insufficient_user_authentication`, with
///   `max_age` and `acr_values` as in RFC 9470 §3, and `details.login_url` is the login.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a more recent or a stronger login of the user is required")]
pub struct StepUpRequired(pub StepUp);

impl StepUpRequired {
    /// Returns the response for a program. `login_url` is the login that satisfies the requirement.
    pub(crate) fn response(&self, login_url: Option<&str>) -> Response {
        let (max_age, acr_values) = (self.0.max_age(), self.0.acr_values());
        let max_age = max_age.map(|age| age.as_secs());
        let mut body = json!({
            "code": "step_up_required",
            "details": { "acr_values": acr_values },
            "error": "insufficient_user_authentication",
            "error_description": self.to_string(),
        });
        if let Some(max_age) = max_age {
            body["max_age"] = max_age.into();
            body["details"]["max_age"] = max_age.into();
        }
        if !acr_values.is_empty() {
            body["acr_values"] = acr_values.join(" ").into();
        }
        if let Some(login_url) = login_url {
            body["details"]["login_url"] = login_url.into();
        }
        let headers = [(header::CACHE_CONTROL, "no-store")];
        (StatusCode::UNAUTHORIZED, headers, Json(body)).into_response()
    }
}

impl IntoResponse for StepUpRequired {
    fn into_response(self) -> Response {
        let mut response = self.response(None);
        response.extensions_mut().insert(self);
        response
    }
}
