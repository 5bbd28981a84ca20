//! Maps responses and HTTP errors to [`ApiError`].

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{
    challenge::Challenge,
    error::{ApiError, ApiProblem, InvalidRequest},
};
use crate::{
    config::{Api, ApiSettings},
    diagnosis::Diagnosis,
    http_client::HttpError,
    tokens::{AccessToken, TokenError},
};

/// Maps a response whose status is neither 2xx nor 401.
pub(super) fn map_response<A: Api>(
    response: &Response<Bytes>,
    retry_after: Option<Duration>,
    token: &AccessToken<A>,
) -> ApiError {
    match response.status() {
        StatusCode::FORBIDDEN => {
            let (headers, is_bound) = (response.headers(), token.is_dpop_bound());
            match Challenge::of(headers, token.expose(), is_bound).missing_scope() {
                Some(scope) => misconfigured(token.lacks_scope(scope)),
                None => ApiError::Forbidden,
            }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => ApiError::NotFound,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => ApiError::Conflict,
        status @ (StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
            ApiError::Invalid {
                status,
                problem: ApiProblem::of(response.body()),
            }
        }
        StatusCode::TOO_MANY_REQUESTS => ApiError::TooManyRequests { retry_after },
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable { retry_after },
        status if status.is_server_error() => ApiError::ServerError(status),
        status => ApiError::Unexpected(status),
    }
}

/// Maps a 401 that another token does not resolve.
pub(crate) fn map_rejected_token<A: Api>(
    challenge: &Challenge,
    token: &AccessToken<A>,
) -> ApiError {
    if let Some(step_up) = challenge.step_up() {
        return ApiError::StepUpRequired(step_up);
    }
    if challenge.is_without_dpop {
        return ApiError::Refused(Box::new(Diagnosis::ApiWithoutDpop {
            base_url: token.base_url().to_string(),
        }));
    }
    misconfigured(token.refused_by_api(challenge.text.as_deref()))
}

fn misconfigured(error: TokenError) -> ApiError {
    match error {
        TokenError::Misconfigured(diagnosis) => ApiError::Refused(diagnosis),
        other => ApiError::Token(other),
    }
}

/// Maps the failure of a request. `limit` is the size limit of the response in bytes.
pub(crate) fn map_http_error(error: &HttpError, limit: usize, api: &ApiSettings) -> ApiError {
    match error {
        HttpError::Setup { .. } => InvalidRequest::Client.into(),
        HttpError::InsecureUrl { .. } => insecure_address(api),
        HttpError::Connect { .. } => ApiError::Unreachable,
        HttpError::Timeout { sent, .. } => ApiError::TimedOut { sent: *sent },
        // The limit of the client is at least the limit of the call.
        HttpError::TooLarge { .. } => ApiError::TooLarge { limit },
        // The other variants concern the content of a response.
        _ => ApiError::Interrupted,
    }
}

/// Returns the error for a base URL without TLS. RFC 6750 §5.3: bearer tokens are sent over TLS only.
fn insecure_address(api: &ApiSettings) -> ApiError {
    let diagnosis = Diagnosis::InsecureApiUrl {
        api: api.name().to_owned(),
    };
    ApiError::Token(TokenError::Misconfigured(Box::new(diagnosis)))
}
