//! Maps the errors of an API call to errors that the browser may receive.

use crate::error::{ApiFailure, AuthError};
use axum_auth0::{ApiError, InvalidRequest, StepUp, StepUpRequired, TokenError};
use http::StatusCode;

impl From<ApiError> for AuthError {
    /// Supports `?` on API calls in server functions. An app that shows details about the rejections of its API
    /// ([`ApiError::NotFound`], [`ApiError::Conflict`], [`ApiError::Invalid`]) maps these variants itself first.
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Token(error) => error.into(),
            ApiError::Refused(diagnosis) => TokenError::Misconfigured(diagnosis).into(),
            ApiError::StepUpRequired(challenge) => {
                let (max_age, acr_values) = (challenge.max_age, challenge.acr_values);
                StepUpRequired(StepUp::required_by_api(max_age, acr_values)).into()
            }
            ApiError::Forbidden => Self::Forbidden,
            ApiError::NotFound
            | ApiError::Conflict
            | ApiError::Invalid { .. }
            | ApiError::InvalidRequest(InvalidRequest::Path | InvalidRequest::TooLong) => {
                Self::BadRequest
            }
            // The API did not process the request, so the user can retry.
            ApiError::TokenRefreshedRetryRequired
            | ApiError::TooManyRequests { .. }
            | ApiError::Unavailable { .. } => Self::ApiUnavailable(ApiFailure::Busy),
            ApiError::TimedOut { .. } | ApiError::ServerError(StatusCode::GATEWAY_TIMEOUT) => {
                Self::ApiUnavailable(ApiFailure::TimedOut)
            }
            ApiError::ServerError(_)
            | ApiError::Unreachable
            | ApiError::Interrupted
            | ApiError::TooLarge { .. }
            | ApiError::NotJson
            | ApiError::UnexpectedJson
            | ApiError::Unexpected(_) => Self::ApiUnavailable(ApiFailure::InvalidResponse),
            other => {
                tracing::error!(error = %other, "API call failed");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::{ApiFailure, AuthError, StepUpLogin};
    use axum_auth0::{
        ApiError, ApiProblem, InvalidRequest, StepUpChallenge, TokenError, http_client::Delivery,
    };
    use http::StatusCode;

    #[test]
    fn every_api_error_maps_to_an_auth_error() {
        let api = AuthError::ApiUnavailable;
        for (error, expected) in [
            (
                ApiError::Token(TokenError::SignInRequired),
                AuthError::SignInRequired,
            ),
            (
                ApiError::Token(TokenError::StoreUnavailable),
                AuthError::StoreUnavailable,
            ),
            (ApiError::Forbidden, AuthError::Forbidden),
            (
                ApiError::StepUpRequired(StepUpChallenge::default()),
                AuthError::StepUpRequired(StepUpLogin {
                    max_age: Some(0),
                    ..StepUpLogin::default()
                }),
            ),
            (ApiError::NotFound, AuthError::BadRequest),
            (ApiError::Conflict, AuthError::BadRequest),
            (
                ApiError::Invalid {
                    status: StatusCode::BAD_REQUEST,
                    problem: ApiProblem::default(),
                },
                AuthError::BadRequest,
            ),
            (
                ApiError::InvalidRequest(InvalidRequest::Path),
                AuthError::BadRequest,
            ),
            (
                ApiError::InvalidRequest(InvalidRequest::Body),
                AuthError::Internal,
            ),
            (ApiError::TokenRefreshedRetryRequired, api(ApiFailure::Busy)),
            (
                ApiError::TooManyRequests { retry_after: None },
                api(ApiFailure::Busy),
            ),
            (
                ApiError::Unavailable { retry_after: None },
                api(ApiFailure::Busy),
            ),
            (
                ApiError::TimedOut {
                    sent: Delivery::Unknown,
                },
                api(ApiFailure::TimedOut),
            ),
            (
                ApiError::ServerError(StatusCode::GATEWAY_TIMEOUT),
                api(ApiFailure::TimedOut),
            ),
            (
                ApiError::ServerError(StatusCode::BAD_GATEWAY),
                api(ApiFailure::InvalidResponse),
            ),
            (ApiError::Unreachable, api(ApiFailure::InvalidResponse)),
            (ApiError::Interrupted, api(ApiFailure::InvalidResponse)),
            (
                ApiError::TooLarge { limit: 1 },
                api(ApiFailure::InvalidResponse),
            ),
            (ApiError::NotJson, api(ApiFailure::InvalidResponse)),
            (ApiError::UnexpectedJson, api(ApiFailure::InvalidResponse)),
            (
                ApiError::Unexpected(StatusCode::FOUND),
                api(ApiFailure::InvalidResponse),
            ),
        ] {
            let text = error.to_string();
            assert_eq!(AuthError::from(error), expected, "{text}");
        }
    }
}
