//! Errors of a call.

use std::{fmt, time::Duration};

use http::StatusCode;
use serde_json::Value;

use crate::{diagnosis::Diagnosis, http_client::Delivery, tokens::TokenError};

/// Reason why a call of an API failed. No variant shows a token or text of the API, which may contain personal data;
/// [`ApiProblem`] gives access to the text.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// No access token is available: the session ended, the configuration is wrong, or the provider is unavailable.
    /// Nothing was sent.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The API rejects a token that was just issued (401), or requires a scope that the token lacks (403
    /// `insufficient_scope`): the configurations of the site, the provider and the API do not match. The call had no
    /// effect.
    #[error("{0}")]
    Refused(Box<Diagnosis>),
    /// The API rejected the token (401) and a new one was obtained, but the call is not idempotent. It had no effect;
    /// the user can try again.
    #[error(
        "the API rejected the access token; a new one is available, and the call was not retried"
    )]
    TokenRefreshedRetryRequired,
    /// 401 `insufficient_user_authentication`: the user has to log in again, more recently or more strongly (RFC 9470).
    /// The call had no effect, and another token of the same login would be rejected as well.
    #[error("the API requires a more recent or a stronger login of the user")]
    StepUpRequired(StepUpChallenge),
    /// 403: the user lacks permission.
    #[error("the API does not allow the user to do this")]
    Forbidden,
    /// 404 or 410: the resource does not exist, or not for this user.
    #[error("the API has no such resource")]
    NotFound,
    /// 409 or 412: the request conflicts with the state of the resource.
    #[error("the request conflicts with the state of the resource")]
    Conflict,
    /// 400 or 422: the API rejects the input.
    #[error("the API rejects the input ({status})")]
    Invalid {
        /// The status.
        status: StatusCode,
        /// The body of the response.
        problem: ApiProblem,
    },
    /// 429: too many requests.
    #[error("the API limits the rate of requests")]
    TooManyRequests {
        /// `Retry-After`, if the API sent it.
        retry_after: Option<Duration>,
    },
    /// 503: the API, or a proxy in front of it, is unavailable. Whether the call had an effect is unknown.
    #[error("the API is unavailable")]
    Unavailable {
        /// `Retry-After`, if the API sent it.
        retry_after: Option<Duration>,
    },
    /// Another 5xx: the API, or a proxy in front of it, failed. Whether the call had an effect is unknown.
    #[error("the API failed ({0})")]
    ServerError(StatusCode),
    /// The timeout expired before the response was complete.
    #[error("the API did not respond in time")]
    TimedOut {
        /// Whether the request may have reached the API.
        sent: Delivery,
    },
    /// The connection failed: nothing was sent.
    #[error("the API cannot be reached")]
    Unreachable,
    /// The connection was lost before the response was complete. Whether the call had an effect is unknown.
    #[error("the connection to the API was lost before its response was complete")]
    Interrupted,
    /// The response is larger than the size limit.
    #[error("the response of the API is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The response is not JSON.
    #[error("the response of the API is not JSON")]
    NotJson,
    /// The response is JSON that does not deserialize to the expected type.
    #[error("the response of the API is not the expected JSON")]
    UnexpectedJson,
    /// Another status: a redirect, which is not followed, or another 4xx.
    #[error("the API responded with an unexpected status ({0})")]
    Unexpected(StatusCode),
    /// The request is invalid. Nothing was sent.
    #[error("the call cannot be sent: {0}")]
    InvalidRequest(#[from] InvalidRequest),
}

/// The login that an API requires ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)). The values are
/// parameters of the login route ([`LOGIN_PARAMETERS`](crate::LOGIN_PARAMETERS)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepUpChallenge {
    /// `acr_values`: the accepted authentication context classes, in order of preference. Empty if the API names none.
    pub acr_values: Vec<String>,
    /// `max_age`: how old the login may be.
    pub max_age: Option<Duration>,
}

/// Reason why a request cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// A segment of the path is empty or could leave the API's base URL.
    #[error("a path segment is invalid")]
    Path,
    /// Path and query are longer than servers accept.
    #[error("the URL is too long")]
    TooLong,
    /// A media type or an idempotency key contains characters that are not allowed there.
    #[error("a header contains characters that are not allowed")]
    Header,
    /// The body cannot be serialized as JSON.
    #[error("the body cannot be serialized as JSON")]
    Body,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Client,
}

impl ApiError {
    /// Returns the time to wait before another attempt, if the API or the provider sent one.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after }
            | Self::Unavailable { retry_after }
            | Self::Token(TokenError::ProviderUnavailable { retry_after }) => *retry_after,
            _ => None,
        }
    }

    /// Returns whether the request may have reached the API and had an effect. If so, the user should check before
    /// trying again.
    pub fn sent(&self) -> Delivery {
        match self {
            Self::TimedOut { sent } => *sent,
            // A proxy in front of the API also responds with 503 if the API crashed during the request.
            Self::Unavailable { .. }
            | Self::ServerError(_)
            | Self::Interrupted
            | Self::TooLarge { .. }
            | Self::NotJson
            | Self::UnexpectedJson
            | Self::Unexpected(_) => Delivery::Unknown,
            _ => Delivery::NotSent,
        }
    }
}

/// The JSON body with which an API rejects input, at most 64 KiB. `Debug` does not show it, because it may repeat user
/// input.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ApiProblem(Value);

impl ApiProblem {
    const MAX_BYTES: usize = 64 * 1024;

    pub(super) fn of(body: &[u8]) -> Self {
        let json = (body.len() <= Self::MAX_BYTES).then(|| serde_json::from_slice(body).ok());
        Self(json.flatten().unwrap_or_default())
    }

    /// Returns the JSON; null if the body was too large or not JSON.
    pub fn json(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiProblem")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_problem_of_an_api_is_available_and_not_shown_by_debug() {
        let problem = ApiProblem::of(br#"{"fields":{"name":"Alice lives in Bonn"}}"#);
        assert_eq!(problem.json()["fields"]["name"], "Alice lives in Bonn");
        let error = ApiError::Invalid {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problem,
        };
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Bonn"), "{shown}");
        assert!(shown.contains("422"), "{shown}");
    }

    #[test]
    fn a_body_that_is_not_json_or_too_large_is_null() {
        assert_eq!(ApiProblem::of(b"<html>").json(), &Value::Null);
        let large = json!("x".repeat(ApiProblem::MAX_BYTES)).to_string();
        assert_eq!(ApiProblem::of(large.as_bytes()).json(), &Value::Null);
    }
}
