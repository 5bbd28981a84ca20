//! Responses of the token endpoint.

use std::time::Duration;

use http::{HeaderMap, Response, StatusCode, header};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    error::{EndpointError, RequestEffect, UnavailableReason},
    issued::Issued,
    lenient::{normalize_token_response, parse_members, string_member},
    token_response::TokenResponse,
};
use crate::{
    dpop::DpopKey,
    http_client::{content_coding, strip_bom},
};

/// The response of the token endpoint, including what must be kept if the rest is unusable.
#[derive(Debug)]
pub struct EndpointResponse {
    /// A new refresh token. It replaces the old one even if the rest of the response is unusable.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) retry_after: Option<Duration>,
    /// The tokens, or the error.
    pub tokens: Result<TokenResponse, EndpointError>,
    /// The tokens of a response that is an error.
    pub(crate) refused: Issued,
}

impl EndpointResponse {
    /// Returns the result of a request without a response.
    pub(super) fn failed(error: EndpointError) -> Self {
        let retry_after = match &error {
            EndpointError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        };
        Self {
            refresh_token: None,
            retry_after,
            tokens: Err(error),
            refused: Issued::default(),
        }
    }

    /// Returns what the provider issued, whether it is accepted or not.
    pub(crate) fn issued(&self) -> Issued {
        match &self.tokens {
            Ok(tokens) => Issued::of_tokens(tokens),
            Err(_) => self.refused.clone(),
        }
    }

    /// Records the thumbprint of the certificate that the request presented.
    #[must_use]
    pub(super) fn with_certificate(mut self, thumbprint: Option<String>) -> Self {
        if let Ok(tokens) = &mut self.tokens {
            tokens.certificate = thumbprint;
        }
        self
    }

    /// Parses a response. The body takes precedence over the status, except for 5xx and 429, which mean that the
    /// provider decided nothing. `key` is the one of the request's proof.
    pub(super) fn read<B: AsRef<[u8]>>(
        response: &Response<B>,
        retry_after: Option<Duration>,
        key: Option<&DpopKey>,
    ) -> Self {
        let (status, headers) = (response.status(), response.headers());
        let body = strip_bom(response.body().as_ref());
        let members = parse_members(body);
        let tokens = match members.as_ref() {
            _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(overloaded(status, retry_after))
            }
            Some(members)
                if status.is_success() && string_member(members, "access_token").is_some() =>
            {
                normalize_token_response(members, key)
            }
            // RFC 6749 §5.2 has no such status, so a proxy may have written the body. Only a provider sends
            // `invalid_grant`.
            Some(members)
                if is_proxy_status(status)
                    && string_member(members, "error") != Some("invalid_grant") =>
            {
                Err(EndpointError::Intercepted { status })
            }
            Some(members) if string_member(members, "error").is_some() => {
                Err(error_response(members, retry_after))
            }
            None if content_coding(headers).is_some() => {
                let coding = content_coding(headers).unwrap_or_default();
                Err(EndpointError::InvalidResponse(compressed(&coding)))
            }
            _ if is_markup(headers, body) || is_proxy_status(status) => {
                Err(EndpointError::Intercepted { status })
            }
            Some(_) if status.is_success() => Err(EndpointError::InvalidResponse(
                "access_token is missing or empty",
            )),
            None if status.is_success() => {
                Err(EndpointError::InvalidResponse("it is not a JSON object"))
            }
            _ => Err(EndpointError::UnexpectedStatus { status }),
        };
        let refresh_token = members
            .as_ref()
            .filter(|_| status.is_success())
            .and_then(|members| string_member(members, "refresh_token"))
            .map(SecretString::from);
        let refused = match &members {
            Some(members) if tokens.is_err() && status.is_success() => Issued::of_members(members),
            _ => Issued::default(),
        };
        Self {
            refresh_token,
            retry_after,
            tokens,
            refused,
        }
    }
}

/// Returns whether the body of a successful response to a revocation reports that nothing was revoked. RFC 7009 §2.2
/// needs only the status, but some providers send an error with status 200, and some proxies a page.
pub(super) fn reports_failure<B: AsRef<[u8]>>(response: &Response<B>) -> bool {
    let body = strip_bom(response.body().as_ref()).trim_ascii();
    let is_error =
        || parse_members(body).is_some_and(|members| string_member(&members, "error").is_some());
    !body.is_empty() && (is_markup(response.headers(), body) || is_error())
}

fn overloaded(status: StatusCode, retry_after: Option<Duration>) -> EndpointError {
    let is_turned_away = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    );
    EndpointError::Unavailable {
        reason: UnavailableReason::Status(status),
        retry_after,
        effect: if is_turned_away {
            RequestEffect::NoEffect
        } else {
            RequestEffect::Unknown
        },
    }
}

/// Converts an error response (RFC 6749 §5.2). Also accepts the codes of RFC 6749 §4.1.2.1 for an overloaded provider.
fn error_response(members: &Map<String, Value>, retry_after: Option<Duration>) -> EndpointError {
    let code = string_member(members, "error").unwrap_or_default();
    let transient = ["temporarily_unavailable", "server_error", "slow_down"];
    if let Some(transient) = transient.into_iter().find(|&transient| transient == code) {
        return EndpointError::Unavailable {
            reason: UnavailableReason::ErrorCode(transient),
            retry_after,
            effect: RequestEffect::NoEffect,
        };
    }
    EndpointError::ErrorResponse {
        code: code.to_owned(),
        description: string_member(members, "error_description").map(str::to_owned),
    }
}

/// Describes the `Content-Encoding` of a body (RFC 9110 §8.4). Requests do not ask for any.
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

/// Returns whether a body is a login page, a block page or an error page. A token endpoint responds with JSON (RFC 6749
/// §5.1, §5.2).
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

/// Returns whether a status comes from a proxy or server in front of the provider: a redirect, which is not followed
/// and which a token endpoint does not send; 407 or 408.
fn is_proxy_status(status: StatusCode) -> bool {
    status.is_redirection()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
}
