//! What an answer that is not good means, and what it means that there is none.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{
    challenge::Challenge,
    error::{ApiError, ApiProblem, InvalidRequest},
};
use crate::{
    config::{Api, ApiSettings},
    diagnosis::{Cause, Diagnosis},
    http_client::HttpError,
    tokens::{AccessToken, TokenError},
};

/// What an answer with another status than 2xx and 401 means.
pub(super) fn of_answer<A: Api>(
    answer: &Response<Bytes>,
    retry_after: Option<Duration>,
    token: &AccessToken<A>,
) -> ApiError {
    match answer.status() {
        StatusCode::FORBIDDEN => {
            match Challenge::of(answer.headers(), token.expose()).missing_scope() {
                Some(scope) => refused(token.lacks_scope(scope)),
                None => ApiError::Forbidden,
            }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => ApiError::NotFound,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => ApiError::Conflict,
        status @ (StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
            ApiError::Invalid {
                status,
                problem: ApiProblem::of(answer.body()),
            }
        }
        StatusCode::TOO_MANY_REQUESTS => ApiError::TooManyRequests { retry_after },
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable { retry_after },
        status if status.is_server_error() => ApiError::ServerError(status),
        status => ApiError::Unexpected(status),
    }
}

/// What a 401 means where no other token helps.
pub(super) fn of_refusal<A: Api>(challenge: &Challenge, token: &AccessToken<A>) -> ApiError {
    refused(token.refused_by_api(challenge.text.as_deref()))
}

fn refused(error: TokenError) -> ApiError {
    match error {
        TokenError::Misconfigured(diagnosis) => ApiError::Refused(diagnosis),
        other => ApiError::Token(other),
    }
}

/// What it means that there is no answer, where no more than `limit` bytes of one were wanted.
pub(super) fn of_failure(error: &HttpError, limit: usize, api: &ApiSettings) -> ApiError {
    match error {
        HttpError::Setup { .. } => InvalidRequest::Client.into(),
        HttpError::InsecureUrl { .. } => insecure_address(api),
        HttpError::Connect { .. } => ApiError::Unreachable,
        HttpError::Timeout { sent, .. } => ApiError::TimedOut { sent: *sent },
        // The client reads no less than what is wanted.
        HttpError::TooLarge { .. } => ApiError::TooLarge { limit },
        // The other kinds are of answers that were read as something.
        _ => ApiError::Interrupted,
    }
}

/// RFC 6750 §5.3: a bearer token travels over TLS only.
fn insecure_address(api: &ApiSettings) -> ApiError {
    let diagnosis = Diagnosis {
        code: Cause::ApiNotConfigured,
        cause: format!(
            "The {} API was not asked: {}_API_URL is neither https nor on this machine, or has credentials in it.",
            api.name, api.name
        ),
        fix: format!(
            "Set {}_API_URL to the API's https address, and restart.",
            api.name
        ),
    };
    diagnosis.log();
    ApiError::Token(TokenError::Misconfigured(Box::new(diagnosis)))
}
