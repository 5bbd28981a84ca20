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

use super::{reason::Reason, refusal::Refusal};
use axum_auth0_core::jwt::MAX_TOKEN_BYTES;

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
