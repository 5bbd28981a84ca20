//! From the errors of an API call to those that the browser may know.

use crate::{ApiFault, AuthError};
use axum_auth0::{ApiError, InvalidRequest, TokenError};
use http::StatusCode;

impl From<ApiError> for AuthError {
    /// So that `?` works on calls of APIs in server functions. An app that can say more of what its API refuses
    /// ([`ApiError::NotFound`], [`ApiError::Conflict`], [`ApiError::Invalid`]) looks at these first.
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Token(error) => error.into(),
            ApiError::Refused(diagnosis) => TokenError::Misconfigured(diagnosis).into(),
            ApiError::Forbidden => Self::Forbidden,
            ApiError::NotFound
            | ApiError::Conflict
            | ApiError::Invalid { .. }
            | ApiError::InvalidRequest(InvalidRequest::Path | InvalidRequest::TooLong) => {
                Self::BadRequest
            }
            // Nothing was done, and another try will do.
            ApiError::TokenRefreshedRetryRequired
            | ApiError::TooManyRequests { .. }
            | ApiError::Unavailable { .. } => Self::ApiUnavailable(ApiFault::Busy),
            ApiError::TimedOut { .. } | ApiError::ServerError(StatusCode::GATEWAY_TIMEOUT) => {
                Self::ApiUnavailable(ApiFault::TimedOut)
            }
            ApiError::ServerError(_)
            | ApiError::Unreachable
            | ApiError::Interrupted
            | ApiError::TooLarge { .. }
            | ApiError::NotJson
            | ApiError::UnexpectedJson
            | ApiError::Unexpected(_) => Self::ApiUnavailable(ApiFault::BadAnswer),
            other => {
                tracing::error!(error = %other, "an API was not called");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{ApiFault, AuthError};
    use axum_auth0::{ApiError, ApiProblem, InvalidRequest, TokenError, http_client::Delivery};
    use http::StatusCode;

    #[test]
    fn every_failure_of_an_api_has_its_place() {
        let api = AuthError::ApiUnavailable;
        for (error, meaning) in [
            (
                ApiError::Token(TokenError::SignInRequired),
                AuthError::SignInRequired,
            ),
            (
                ApiError::Token(TokenError::StoreUnavailable),
                AuthError::StoreUnavailable,
            ),
            (ApiError::Forbidden, AuthError::Forbidden),
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
            (ApiError::TokenRefreshedRetryRequired, api(ApiFault::Busy)),
            (
                ApiError::TooManyRequests { retry_after: None },
                api(ApiFault::Busy),
            ),
            (
                ApiError::Unavailable { retry_after: None },
                api(ApiFault::Busy),
            ),
            (
                ApiError::TimedOut {
                    sent: Delivery::Unknown,
                },
                api(ApiFault::TimedOut),
            ),
            (
                ApiError::ServerError(StatusCode::GATEWAY_TIMEOUT),
                api(ApiFault::TimedOut),
            ),
            (
                ApiError::ServerError(StatusCode::BAD_GATEWAY),
                api(ApiFault::BadAnswer),
            ),
            (ApiError::Unreachable, api(ApiFault::BadAnswer)),
            (ApiError::Interrupted, api(ApiFault::BadAnswer)),
            (ApiError::TooLarge { limit: 1 }, api(ApiFault::BadAnswer)),
            (ApiError::NotJson, api(ApiFault::BadAnswer)),
            (ApiError::UnexpectedJson, api(ApiFault::BadAnswer)),
            (
                ApiError::Unexpected(StatusCode::FOUND),
                api(ApiFault::BadAnswer),
            ),
        ] {
            let text = error.to_string();
            assert_eq!(AuthError::from(error), meaning, "{text}");
        }
    }
}
