//! What a caller is told when a token is missing, wrong or not enough.

use std::{fmt, sync::Arc};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::json;

use super::refusal::Refusal;
use crate::jwt::MAX_TOKEN_BYTES;

/// What is wrong. No value of a claim gets into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is no token.
    NoToken,
    /// There are several `Authorization` headers, or there is none that can be read.
    MalformedRequest,
    /// No JWT: what Auth0 issues when no audience is asked for.
    OpaqueToken,
    /// Longer than [`MAX_TOKEN_BYTES`](crate::jwt::MAX_TOKEN_BYTES).
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not a token that can be read, or claims are missing or have the wrong type.
    MalformedToken,
    /// Signed by someone else, with another algorithm, or with an unknown key.
    WrongSignature,
    /// From another issuer.
    WrongIssuer,
    /// For another API.
    WrongAudience,
    /// Issued to an application that this API does not serve.
    WrongClient,
    /// Too late.
    Expired,
    /// Too early, or from the future.
    NotYetValid,
    /// An ID token, a logout token, or something else that is no access token.
    NotAnAccessToken,
    /// Bound to a key (`cnf`), and sent without a proof of it.
    BoundToAKey,
    /// Issued to an application, where only users are served.
    NotAUser,
    /// The token is good and lacks a scope.
    InsufficientScope(String),
    /// The provider's keys cannot be had.
    KeysUnavailable,
}

impl Reason {
    fn status(&self) -> StatusCode {
        match self {
            Self::MalformedRequest => StatusCode::BAD_REQUEST,
            Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::KeysUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoToken
            | Self::OpaqueToken
            | Self::TooLong { .. }
            | Self::MalformedToken
            | Self::WrongSignature
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::WrongClient
            | Self::Expired
            | Self::NotYetValid
            | Self::NotAnAccessToken
            | Self::BoundToAKey
            | Self::NotAUser => StatusCode::UNAUTHORIZED,
        }
    }

    /// The codes of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1), and two of our own for what it does not name.
    fn code(&self) -> &'static str {
        match self.status() {
            _ if *self == Self::NoToken => "unauthorized",
            StatusCode::BAD_REQUEST => "invalid_request",
            StatusCode::FORBIDDEN => "insufficient_scope",
            StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            _ => "invalid_token",
        }
    }

    fn description(&self) -> &'static str {
        match self {
            Self::NoToken => "an access token is required",
            Self::MalformedRequest => {
                "the request must have one Authorization header with one bearer token"
            }
            Self::OpaqueToken => {
                "the access token is not a JWT: it was requested without the audience of this API"
            }
            Self::TooLong { .. } => "the access token is too long",
            Self::MalformedToken => "the access token is malformed",
            Self::WrongSignature => {
                "the access token is not signed by the issuer that this API trusts"
            }
            Self::WrongIssuer => {
                "the access token is from another issuer than the one that this API trusts"
            }
            Self::WrongAudience => "the access token was not issued for this API",
            Self::WrongClient => {
                "the access token was issued to an application that this API does not serve"
            }
            Self::Expired => "the access token expired",
            Self::NotYetValid => "the access token is not valid yet",
            Self::NotAnAccessToken => "the token is not an access token",
            Self::BoundToAKey => {
                "the access token is bound to a key and cannot be used as a bearer token"
            }
            Self::NotAUser => {
                "the access token was issued to an application, and this API serves users"
            }
            Self::InsufficientScope(_) => {
                "the access token lacks the scope that this request needs"
            }
            Self::KeysUnavailable => "the keys of the issuer cannot be fetched at the moment",
        }
    }

    /// What to do, for the log, if that is known.
    pub(super) fn fix(&self) -> Option<&'static str> {
        match self {
            Self::WrongAudience | Self::OpaqueToken => Some(
                "the application must ask for a token with the audience of this API (AUTH0_AUDIENCE of the application)",
            ),
            Self::WrongIssuer => Some(
                "if the token is from the right provider, name this issuer in the verifier (token_issuers, trust)",
            ),
            Self::NotAnAccessToken => Some(
                "if the token is an access token, choose the profile of its provider (Verifier::profile)",
            ),
            Self::TooLong { .. } => {
                Some("make the token smaller at the provider: fewer groups, roles or custom claims")
            }
            _ => None,
        }
    }
}

/// How much the answer to a refused token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// The reason.
    Reason,
    /// The reason, and the claim or the header parameter that decided: for development, where a stranger learns nothing by it.
    NamesClaim,
}

impl Default for ErrorDetail {
    /// [`ErrorDetail::NamesClaim`] in debug builds, [`ErrorDetail::Reason`] in release builds.
    fn default() -> Self {
        if cfg!(debug_assertions) {
            Self::NamesClaim
        } else {
            Self::Reason
        }
    }
}

/// A refusal, which answers as [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) says: 401 or 403 with `WWW-Authenticate`,
/// 503 if the provider's keys are unavailable; and the same as JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerError {
    reason: Reason,
    /// The API's identifier, so that the challenge says which audience to ask for.
    audience: Arc<str>,
    /// What decided, if the answer says so.
    detail: Option<Arc<str>>,
}

impl BearerError {
    pub(super) fn new(refusal: Refusal, audience: Arc<str>, detail: ErrorDetail) -> Self {
        Self {
            reason: refusal.reason,
            audience,
            detail: refusal
                .detail
                .filter(|_| detail == ErrorDetail::NamesClaim)
                .map(|detail| detail.text.into()),
        }
    }

    /// What is wrong.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The status that this answers with.
    pub fn status(&self) -> StatusCode {
        self.reason.status()
    }

    /// Every challenge has a parameter (RFC 6750 §3), so the realm is always there; the error is not if there was no token.
    fn challenge(&self) -> String {
        let mut parameters = vec![("realm", quoted(&self.audience))];
        if self.reason != Reason::NoToken {
            parameters.push(("error", self.reason.code().to_owned()));
            parameters.push(("error_description", quoted(&self.to_string())));
        }
        if let Reason::InsufficientScope(scope) = &self.reason {
            parameters.push(("scope", quoted(scope)));
        }
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("Bearer {}", parameters.join(", "))
    }
}

/// Text inside a quoted string; what has no place in a header becomes a question mark.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => quoted.push('?'),
        }
    }
    quoted
}

impl IntoResponse for BearerError {
    fn into_response(self) -> Response {
        let body =
            Json(json!({ "error": self.reason.code(), "error_description": self.to_string() }));
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.reason == Reason::KeysUnavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        } else if let Ok(challenge) = HeaderValue::from_str(&self.challenge()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl fmt::Display for BearerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason.description())?;
        if let Reason::TooLong { bytes } = &self.reason {
            write!(
                formatter,
                ": it has {bytes} bytes, and at most {MAX_TOKEN_BYTES} are read"
            )?;
        }
        match &self.detail {
            Some(detail) => write!(formatter, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for BearerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("BearerError")
            .field(&self.reason)
            .finish()
    }
}

impl std::error::Error for BearerError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(reason: Reason, audience: &str) -> String {
        BearerError::new(reason.into(), audience.into(), ErrorDetail::NamesClaim).challenge()
    }

    #[test]
    fn a_request_without_a_token_gets_a_challenge_without_an_error() {
        assert_eq!(
            challenge(Reason::NoToken, "https://api.example.com"),
            r#"Bearer realm="https://api.example.com""#
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        assert_eq!(
            challenge(
                Reason::InsufficientScope("write:products".to_owned()),
                "api"
            ),
            r#"Bearer realm="api", error="insufficient_scope", error_description="the access token lacks the scope that this request needs", scope="write:products""#
        );
    }

    #[test]
    fn the_claim_is_named_only_if_the_answer_may_say_so() {
        let error = |detail| {
            let refusal = Refusal::claim(Reason::MalformedToken, "odd\"claim", "is missing");
            BearerError::new(refusal, "api".into(), detail)
        };
        assert_eq!(
            error(ErrorDetail::Reason).to_string(),
            "the access token is malformed"
        );
        let named = error(ErrorDetail::NamesClaim);
        assert_eq!(
            named.to_string(),
            "the access token is malformed: the claim odd\"claim is missing"
        );
        assert!(
            named
                .challenge()
                .ends_with(r#"the claim odd\"claim is missing""#)
        );
    }

    #[test]
    fn nothing_breaks_out_of_the_header() {
        let response = BearerError::new(
            Reason::Expired.into(),
            "a\"b\\c\r\nd\u{e9}".into(),
            ErrorDetail::Reason,
        )
        .into_response();
        assert_eq!(
            response
                .headers()
                .get(WWW_AUTHENTICATE)
                .and_then(|value| value.to_str().ok()),
            Some(
                r#"Bearer realm="a\"b\\c??d?", error="invalid_token", error_description="the access token expired""#
            )
        );
    }
}
