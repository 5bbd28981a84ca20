//! The extractor's error and its response.

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

use super::{error_kind::BearerErrorKind, rejection::Rejection};
use axum_auth0_core::jwt::MAX_TOKEN_BYTES;

/// The amount of detail in the response to a rejected token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// The kind of the error only.
    Brief,
    /// The kind of the error, and the wrong claim or header parameter. For development.
    WithClaim,
}

impl Default for ErrorDetail {
    /// Returns [`ErrorDetail::WithClaim`] in debug builds and [`ErrorDetail::Brief`] in release builds.
    fn default() -> Self {
        if cfg!(debug_assertions) {
            Self::WithClaim
        } else {
            Self::Brief
        }
    }
}

/// The reason why a request is rejected. The response is the one that
/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) requires: 401 or 403 with `WWW-Authenticate`, or 503
/// if the provider's keys are unavailable. The JSON body has the same content.
///
/// [`into_response`](IntoResponse::into_response) logs the rejection.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerError {
    rejection: Rejection,
    /// The API's identifier. The challenge contains it as the audience to request.
    audience: Arc<str>,
    error_detail: ErrorDetail,
}

impl BearerError {
    pub(super) fn new(
        rejection: impl Into<Rejection>,
        audience: Arc<str>,
        error_detail: ErrorDetail,
    ) -> Self {
        Self {
            rejection: rejection.into(),
            audience,
            error_detail,
        }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &BearerErrorKind {
        &self.rejection.kind
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.kind().status()
    }

    /// Logs the rejection. A request without a token is not logged.
    fn log(&self) {
        let kind = self.kind();
        if *kind == BearerErrorKind::NoToken {
            return;
        }
        let detail = self.rejection.detail.as_ref();
        tracing::info!(
            ?kind,
            claim = detail.map(|detail| detail.name.as_ref()),
            problem = detail.map(|detail| detail.message.as_ref()),
            found = detail.and_then(|detail| detail.found.as_deref()),
            fix = kind.fix(),
            "rejected an access token"
        );
    }

    /// Returns the challenge. It always has the realm, because RFC 6750 §3 requires a parameter. It has no error if the
    /// request has no token.
    fn challenge(&self) -> String {
        let mut parameters = vec![("realm", quoted(&self.audience))];
        if *self.kind() != BearerErrorKind::NoToken {
            parameters.push(("error", self.kind().code().to_owned()));
            parameters.push(("error_description", quoted(&self.to_string())));
        }
        if let BearerErrorKind::InsufficientScope(scope) = self.kind() {
            parameters.push(("scope", quoted(scope)));
        }
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("Bearer {}", parameters.join(", "))
    }
}

/// Escapes text for a quoted string. Characters that are not allowed in a header become question marks.
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
        self.log();
        let body =
            Json(json!({ "error": self.kind().code(), "error_description": self.to_string() }));
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if *self.kind() == BearerErrorKind::KeysUnavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        } else if let Ok(challenge) = HeaderValue::from_str(&self.challenge()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl fmt::Display for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().description())?;
        if let BearerErrorKind::TooLong { bytes } = self.kind() {
            write!(
                f,
                ": it has {bytes} bytes; the maximum is {MAX_TOKEN_BYTES}"
            )?;
        }
        match &self.rejection.detail {
            Some(detail) if self.error_detail == ErrorDetail::WithClaim => {
                write!(f, ": {}", detail.message)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BearerError").field(self.kind()).finish()
    }
}

impl std::error::Error for BearerError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(kind: BearerErrorKind, audience: &str) -> String {
        BearerError::new(kind, audience.into(), ErrorDetail::WithClaim).challenge()
    }

    #[test]
    fn a_request_without_a_token_gets_a_challenge_without_an_error() {
        assert_eq!(
            challenge(BearerErrorKind::NoToken, "https://api.example.com"),
            r#"Bearer realm="https://api.example.com""#
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        assert_eq!(
            challenge(
                BearerErrorKind::InsufficientScope("write:products".to_owned()),
                "api"
            ),
            r#"Bearer realm="api", error="insufficient_scope", error_description="the access token lacks the scope that this request needs", scope="write:products""#
        );
    }

    #[test]
    fn the_claim_is_named_only_if_the_answer_may_say_so() {
        let error = |detail| {
            let rejection =
                Rejection::claim(BearerErrorKind::MalformedToken, "odd\"claim", "is missing");
            BearerError::new(rejection, "api".into(), detail)
        };
        assert_eq!(
            error(ErrorDetail::Brief).to_string(),
            "the access token is malformed"
        );
        let named = error(ErrorDetail::WithClaim);
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
            BearerErrorKind::Expired,
            "a\"b\\c\r\nd\u{e9}".into(),
            ErrorDetail::Brief,
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
