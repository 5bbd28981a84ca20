//! Why a call failed.

use std::{fmt, time::Duration};

use http::StatusCode;
use serde_json::Value;

use crate::{diagnosis::Diagnosis, http_client::Delivery, tokens::TokenError};

/// Why a call of an API failed. Nothing in it shows a token or a text of the API, which may say more than a log should
/// hold; [`ApiProblem`] has it for who asks.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There is no access token to call with: the session ended, the configuration is wrong, or the provider does not
    /// answer. Nothing was sent.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The API does not take a token that was just issued (401), or wants a scope that the token lacks (403
    /// `insufficient_scope`): the configurations here, at the provider and at the API do not fit. Nothing was done.
    #[error("{0}")]
    Refused(Box<Diagnosis>),
    /// The API refused the token (401), and another one was got, but the call is none that may be repeated by itself.
    /// Nothing was done; the person can try again.
    #[error(
        "the API refused the access token; a new one is at hand, and the call was not repeated"
    )]
    TokenRefreshedRetryRequired,
    /// 403: the person may not do this.
    #[error("the API does not let this person do this")]
    Forbidden,
    /// 404 or 410: there is no such thing, or not for this person.
    #[error("the API has no such thing")]
    NotFound,
    /// 409 or 412: it does not fit with what is there already.
    #[error("the API says that this does not fit with what is there")]
    Conflict,
    /// 400 or 422: what was sent cannot be taken as it is.
    #[error("the API does not take what was sent ({status})")]
    Invalid {
        /// Which of the two.
        status: StatusCode,
        /// What the API says of it.
        problem: ApiProblem,
    },
    /// 429: too much was asked.
    #[error("the API wants to be asked less often")]
    TooManyRequests {
        /// When to ask again, where the API says so.
        retry_after: Option<Duration>,
    },
    /// 503: the API cannot work now, or what is in front of it lost it; whether it did what it was asked is unknown.
    #[error("the API cannot work now")]
    Unavailable {
        /// When to ask again, where the API says so.
        retry_after: Option<Duration>,
    },
    /// Another 5xx: the API, or what is in front of it, failed. Whether it did what it was asked is unknown.
    #[error("the API failed ({0})")]
    ServerError(StatusCode),
    /// No whole answer in time.
    #[error("the API did not answer in time")]
    TimedOut {
        /// Whether the API may have seen the request, and done what it says.
        sent: Delivery,
    },
    /// No connection: nothing was sent.
    #[error("the API cannot be reached")]
    Unreachable,
    /// The connection was lost before the answer was whole: whether the API did what it was asked is unknown.
    #[error("the connection to the API was lost before its answer was whole")]
    Interrupted,
    /// The answer is larger than the call wants.
    #[error("the answer of the API is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The answer is not JSON.
    #[error("the answer of the API is not JSON")]
    NotJson,
    /// The answer is JSON of another shape than expected.
    #[error("the answer of the API has another shape than expected")]
    UnexpectedJson,
    /// A status that an API should not answer with: a redirect, which is not followed, or another 4xx.
    #[error("the API answered unexpectedly ({0})")]
    Unexpected(StatusCode),
    /// The call cannot be sent as it is. Nothing was sent.
    #[error("the call cannot be sent: {0}")]
    InvalidRequest(#[from] InvalidRequest),
}

/// What is wrong with a call that cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// A segment of the path is empty, or could lead out of the API's base: as an identifier it names nothing.
    #[error("a segment of the path is not one")]
    Path,
    /// Path and query are longer than servers take.
    #[error("the URL is too long")]
    TooLong,
    /// A media type or an idempotency key has characters that it cannot have.
    #[error("a header has characters that it cannot have")]
    Header,
    /// The body cannot be written as JSON.
    #[error("the body cannot be written as JSON")]
    Body,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Client,
}

impl ApiError {
    /// When it is worth another try, where somebody said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after }
            | Self::Unavailable { retry_after }
            | Self::Token(TokenError::ProviderUnavailable { retry_after }) => *retry_after,
            _ => None,
        }
    }

    /// Whether the API may have done what it was asked all the same. Before a person repeats a call of which it may have,
    /// they should look.
    pub fn sent(&self) -> Delivery {
        match self {
            Self::TimedOut { sent } => *sent,
            // A proxy in front of the API says 503, too, where the API died with the request in its hands.
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

/// What an API says of a request that it does not take: its JSON, at most 64 KiB of it. `Debug` does not show it, because
/// it may repeat what a person typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ApiProblem(Value);

impl ApiProblem {
    const LARGEST: usize = 64 * 1024;

    pub(super) fn of(body: &[u8]) -> Self {
        let json = (body.len() <= Self::LARGEST).then(|| serde_json::from_slice(body).ok());
        Self(json.flatten().unwrap_or_default())
    }

    /// The JSON; null where there was none, or too much.
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
    fn what_an_api_says_is_kept_but_not_shown() {
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
    fn what_is_no_json_or_too_much_is_nothing() {
        assert_eq!(ApiProblem::of(b"<html>").json(), &Value::Null);
        let large = json!("x".repeat(ApiProblem::LARGEST)).to_string();
        assert_eq!(ApiProblem::of(large.as_bytes()).json(), &Value::Null);
    }
}
