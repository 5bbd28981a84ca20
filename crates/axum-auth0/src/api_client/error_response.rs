//! The response to a request whose call of an API failed.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{ApiError, InvalidRequest};
use crate::{
    responses::{json_error_with_code, misconfigured, with_retry_after},
    step_up::{StepUp, StepUpRequired},
};

/// Responds with JSON that contains a `code`, for handlers that return `Result<_, ApiError>`. Below the engine's
/// layers, a navigation of a user who has to log in is redirected to the login, which returns to the page.
///
/// ```
/// use axum::Json;
/// use axum_auth0::{Api, ApiError, SignedInUser};
///
/// # struct InvoicesApi;
/// # impl Api for InvoicesApi {
/// #     const ENV_PREFIX: &'static str = "INVOICES";
/// #     const SCOPES: &'static [&'static str] = &[];
/// # }
/// async fn invoices(user: SignedInUser) -> Result<Json<Vec<String>>, ApiError> {
///     let call = user.api::<InvoicesApi>().get(["invoices"]);
///     Ok(Json(call.send().await?.json()?))
/// }
/// # let app: axum::Router = axum::Router::new().route("/invoices", axum::routing::get(invoices));
/// ```
///
/// An API that fails is a failure behind this site, so most statuses differ from those of the API:
///
/// | error | status | code |
/// |---|---|---|
/// | [`Self::Token`] | those of [`TokenError`](crate::TokenError) | |
/// | [`Self::Refused`] | 500 | `misconfigured`, with the code of the diagnosis |
/// | [`Self::StepUpRequired`] | as [`StepUpRequired`]: a page leads to the login, a program gets 401 | `step_up_required` |
/// | [`Self::Forbidden`] | 403 | `forbidden` |
/// | [`Self::NotFound`] | 404 | `not_found` |
/// | [`Self::Conflict`] | 409 | `conflict` |
/// | [`Self::Invalid`] | 400 or 422, without the text of the API | `invalid_input` |
/// | [`Self::TokenRefreshedRetryRequired`], [`Self::TooManyRequests`], [`Self::Unavailable`] | 503, `Retry-After` | `api_busy` |
/// | [`Self::TimedOut`], [`Self::ServerError`] with 504 | 504 | `api_timed_out` |
/// | [`Self::InvalidRequest`] | 400 for a path that is invalid or too long, otherwise 500 | `bad_request`, `internal` |
/// | all others | 502 | `api_bad_answer` |
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (text, retry_after) = (self.to_string(), self.retry_after());
        let (status, code) = match self {
            Self::Token(error) => return error.into_response(),
            Self::Refused(diagnosis) => return misconfigured(diagnosis),
            Self::StepUpRequired(challenge) => {
                let (max_age, acr_values) = (challenge.max_age, challenge.acr_values);
                let step_up = StepUp::required_by_api(max_age, acr_values);
                return StepUpRequired(step_up).into_response();
            }
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict"),
            Self::Invalid { status, .. } => (status, "invalid_input"),
            Self::TokenRefreshedRetryRequired
            | Self::TooManyRequests { .. }
            | Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "api_busy"),
            Self::TimedOut { .. } | Self::ServerError(StatusCode::GATEWAY_TIMEOUT) => {
                (StatusCode::GATEWAY_TIMEOUT, "api_timed_out")
            }
            Self::InvalidRequest(InvalidRequest::Path | InvalidRequest::TooLong) => {
                (StatusCode::BAD_REQUEST, "bad_request")
            }
            Self::InvalidRequest(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Self::ServerError(_)
            | Self::Unreachable
            | Self::Interrupted
            | Self::TooLarge { .. }
            | Self::NotJson
            | Self::UnexpectedJson
            | Self::Unexpected(_) => (StatusCode::BAD_GATEWAY, "api_bad_answer"),
        };
        with_retry_after(json_error_with_code(status, code, &text), retry_after)
    }
}
