//! Reads what the token endpoint answers, with patience for what real providers write.
//!
//! openidconnect builds and sends the requests. It does not read the answers: its parser refuses the whole answer for one
//! odd member, and a new refresh token would be lost with it.

use std::{
    collections::HashMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use openidconnect::{
    AsyncHttpClient, HttpRequest, HttpResponse, RequestTokenError, core::CoreErrorResponseType,
};
use secrecy::SecretString;
use serde_json::{Map, Value, value::RawValue};

use super::endpoint_error::{EndpointError, RequestEffect, unreachable_provider};
use crate::{
    clock::SharedClock,
    http_client::{HttpClient, HttpError, content_coding, retry_after, without_bom},
    json,
};

/// Lifetimes of more than ten years are mistakes: as if they had not been said.
const MAX_LIFETIME: i64 = 315_360_000;

/// What the token endpoint answered, as far as it concerns us.
#[derive(Clone)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) scope: Option<Vec<String>>,
    /// Seconds.
    pub(crate) expires_in: Option<i64>,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .field("refreshable", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}

/// An answer, and what has to be kept of it even if it cannot be used.
#[derive(Debug)]
pub(crate) struct Answered {
    /// A new refresh token. It replaces the old one whatever is wrong with the rest.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) tokens: Result<TokenAnswer, EndpointError>,
}

impl Answered {
    /// Nothing came.
    pub(super) fn failed(error: EndpointError) -> Self {
        let retry_after = match &error {
            EndpointError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        };
        Self {
            refresh_token: None,
            retry_after,
            tokens: Err(error),
        }
    }
}

/// The bounded client as openidconnect wants it, which keeps the answer.
pub(super) struct Recorder {
    http_client: HttpClient,
    clock: SharedClock,
    seen: Arc<Mutex<Option<Response<Bytes>>>>,
}

impl<'c> AsyncHttpClient<'c> for Recorder {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.http_client.send(request).await?;
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            Ok(Response::new(Vec::new()))
        })
    }
}

impl Recorder {
    pub(super) fn new(http_client: HttpClient, clock: SharedClock) -> Self {
        Self {
            http_client,
            clock,
            seen: Arc::default(),
        }
    }

    /// Reads the answer that was kept; `sent` is what openidconnect makes of the request.
    pub(super) fn read<T>(
        &self,
        sent: Result<
            T,
            RequestTokenError<
                HttpError,
                openidconnect::StandardErrorResponse<CoreErrorResponseType>,
            >,
        >,
    ) -> Answered {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match (seen, sent) {
            (Some(response), _) => {
                let after = retry_after(response.headers(), self.clock.as_ref());
                read(&response, after)
            }
            (None, Err(RequestTokenError::Request(error))) => {
                Answered::failed(unreachable_provider(&error))
            }
            (None, _) => Answered::failed(EndpointError::InvalidResponse("there is none")),
        }
    }
}

/// The body is judged before the status, but for 5xx and 429: those say that nothing was decided.
pub(super) fn read<B: AsRef<[u8]>>(
    response: &Response<B>,
    retry_after: Option<Duration>,
) -> Answered {
    let status = response.status();
    let body = response.body().as_ref();
    let body = without_bom(body);
    let members = members(body);
    let tokens = match members.as_ref() {
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(overloaded(status, retry_after))
        }
        Some(members) if status.is_success() && text(members, "access_token").is_some() => {
            token_answer(members)
        }
        // RFC 6749 §5.2 has no such status, whatever the body looks like; `invalid_grant` can only come from a provider.
        Some(members)
            if is_of_a_proxy(status) && text(members, "error") != Some("invalid_grant") =>
        {
            Err(EndpointError::Intercepted { status })
        }
        Some(members) if text(members, "error").is_some() => Err(refusal(members, retry_after)),
        None if content_coding(response.headers()).is_some() => {
            let coding = content_coding(response.headers()).unwrap_or_default();
            Err(EndpointError::InvalidResponse(compressed(&coding)))
        }
        _ if is_markup(response.headers(), body) || is_of_a_proxy(status) => {
            Err(EndpointError::Intercepted { status })
        }
        Some(_) if status.is_success() => Err(EndpointError::InvalidResponse(
            "access_token is missing or empty",
        )),
        None if status.is_success() => {
            Err(EndpointError::InvalidResponse("it is not a JSON object"))
        }
        _ => Err(EndpointError::Rejected { status }),
    };
    let refresh_token = members
        .as_ref()
        .filter(|_| status.is_success())
        .and_then(|members| text(members, "refresh_token"))
        .map(SecretString::from);
    Answered {
        refresh_token,
        retry_after,
        tokens,
    }
}

/// The members of a JSON object. One byte that is not UTF-8, or a number out of range, costs only its own member: there may
/// be a new refresh token beside it.
fn members(body: &[u8]) -> Option<Map<String, Value>> {
    if let Ok(members) = serde_json::from_slice(body) {
        return Some(members);
    }
    let text = String::from_utf8_lossy(body);
    if let Ok(members) = serde_json::from_str(&text) {
        return Some(members);
    }
    let members: HashMap<String, &RawValue> = serde_json::from_str(&text).ok()?;
    let readable = members.into_iter().filter_map(|(name, value)| {
        let value = serde_json::from_str(value.get()).ok()?;
        Some((name, value))
    });
    Some(readable.collect())
}

/// What is said of a body with a `Content-Encoding` (RFC 9110 §8.4), which requests ask not to have.
fn compressed(coding: &str) -> &'static str {
    match coding {
        "gzip" | "x-gzip" => {
            "it is compressed (Content-Encoding: gzip) although the request refuses that"
        }
        "br" => "it is compressed (Content-Encoding: br) although the request refuses that",
        "deflate" => {
            "it is compressed (Content-Encoding: deflate) although the request refuses that"
        }
        "zstd" => "it is compressed (Content-Encoding: zstd) although the request refuses that",
        _ => "it has a Content-Encoding although the request refuses that",
    }
}

/// Whether the body of a successful response says that nothing was done.
pub(super) fn says_otherwise<B: AsRef<[u8]>>(response: &Response<B>) -> bool {
    let body = without_bom(response.body().as_ref()).trim_ascii();
    let is_error = || members(body).is_some_and(|members| text(&members, "error").is_some());
    !body.is_empty() && (is_markup(response.headers(), body) || is_error())
}

fn overloaded(status: StatusCode, retry_after: Option<Duration>) -> EndpointError {
    let turned_away = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    );
    EndpointError::Unavailable {
        retry_after,
        fate: if turned_away {
            RequestEffect::NoEffect
        } else {
            RequestEffect::Unknown
        },
    }
}

/// An error response of RFC 6749 §5.2. The codes that RFC 6749 §4.1.2.1 has for an overloaded provider are used here, too.
fn refusal(members: &Map<String, Value>, retry_after: Option<Duration>) -> EndpointError {
    let code = text(members, "error").unwrap_or_default();
    if matches!(
        code,
        "temporarily_unavailable" | "server_error" | "slow_down"
    ) {
        return EndpointError::Unavailable {
            retry_after,
            fate: RequestEffect::NoEffect,
        };
    }
    EndpointError::Refused {
        code: code.to_owned(),
        description: text(members, "error_description").map(str::to_owned),
    }
}

/// A login page, a block page, an error page: a token endpoint answers with JSON (RFC 6749 §5.1, §5.2).
fn is_markup(headers: &HeaderMap, body: &[u8]) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    let is_html = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| media_type.eq_ignore_ascii_case(html));
    is_html || body.trim_ascii_start().first() == Some(&b'<')
}

/// A redirect is not followed, and a token endpoint has no use for it. 407 and 408 are answers of a proxy or a server in
/// front of the provider.
fn is_of_a_proxy(status: StatusCode) -> bool {
    status.is_redirection()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
}

/// RFC 6749 §5.1.
fn token_answer(members: &Map<String, Value>) -> Result<TokenAnswer, EndpointError> {
    match text(members, "token_type") {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        // RFC 6749 §7.1: a token of a type that we do not understand must not be used.
        Some(_) => {
            return Err(EndpointError::InvalidResponse(
                "the access token is no bearer token",
            ));
        }
        None => {
            return Err(EndpointError::InvalidResponse(
                "token_type is missing or empty",
            ));
        }
    }
    // A successor that cannot be read would be missed at the next refresh.
    if !matches!(
        members.get("refresh_token"),
        None | Some(Value::Null | Value::String(_))
    ) {
        return Err(EndpointError::InvalidResponse(
            "refresh_token is not a string",
        ));
    }
    let owned = |name| text(members, name).map(str::to_owned);
    Ok(TokenAnswer {
        access_token: owned("access_token").unwrap_or_default(),
        refresh_token: owned("refresh_token"),
        id_token: owned("id_token"),
        scope: json::member(members, "scope").and_then(scope),
        expires_in: json::member(members, "expires_in").and_then(lifetime),
    })
}

/// A string; one that is empty, null or no string is as if it were not there.
fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    json::member(members, name).and_then(Value::as_str)
}

/// A string of words, or an array of them.
fn scope(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(words) => Some(words.split_whitespace().map(str::to_owned).collect()),
        Value::Array(words) => Some(
            words
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}

/// Seconds, as a number or as a string; `None` for what is no lifetime.
fn lifetime(value: &Value) -> Option<i64> {
    let seconds = match value {
        // Cutting the fraction off is meant; the range is checked below.
        #[expect(clippy::cast_possible_truncation, reason = "a saturating cast")]
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // Some write -1 for "without end". A lifetime that is over is none.
    seconds
        .map(|seconds| if seconds < -1 { 0 } else { seconds })
        .filter(|seconds| (0..=MAX_LIFETIME).contains(seconds))
}

#[cfg(test)]
mod tests;
