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

use super::{
    challenge::ChallengeSettings, error_detail::ErrorDetail, error_kind::BearerErrorKind,
    rejection::Rejection,
};
use axum_auth0_core::jwt::MAX_TOKEN_BYTES;

/// The reason why a request is rejected. The response is the one that
/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) requires: 401 or 403 with `WWW-Authenticate`, or 503
/// if the provider is unavailable. The JSON body has the same content.
///
/// [`into_response`](IntoResponse::into_response) logs the rejection.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerError {
    rejection: Rejection,
    settings: Arc<ChallengeSettings>,
}

impl BearerError {
    pub(super) fn new(rejection: impl Into<Rejection>, settings: Arc<ChallengeSettings>) -> Self {
        Self {
            rejection: rejection.into(),
            settings,
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

    /// Returns the value of `WWW-Authenticate`; `None` if the provider is unavailable. For a response of the
    /// application's own.
    pub fn challenge(&self) -> Option<HeaderValue> {
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            return None;
        }
        let challenge = self.settings.challenge(self.kind(), &self.to_string());
        HeaderValue::from_str(&challenge).ok()
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
}

impl IntoResponse for BearerError {
    fn into_response(self) -> Response {
        self.log();
        let body =
            Json(json!({ "error": self.kind().code(), "error_description": self.to_string() }));
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.challenge() {
            Some(challenge) => headers.insert(WWW_AUTHENTICATE, challenge),
            None => headers.insert(RETRY_AFTER, HeaderValue::from_static("5")),
        };
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
            Some(detail) if self.settings.error_detail == ErrorDetail::WithClaim => {
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

    fn error(kind: BearerErrorKind, error_detail: ErrorDetail) -> BearerError {
        let settings = ChallengeSettings {
            audience: "api".into(),
            metadata_url: None,
            error_detail,
        };
        let rejection = Rejection::claim(kind, "odd\"claim", "is missing");
        BearerError::new(rejection, Arc::new(settings))
    }

    #[test]
    fn the_claim_is_named_only_if_the_answer_may_say_so() {
        let named = |detail| error(BearerErrorKind::MalformedToken, detail);
        assert_eq!(
            named(ErrorDetail::Brief).to_string(),
            "the access token is malformed"
        );
        let named = named(ErrorDetail::WithClaim);
        assert_eq!(
            named.to_string(),
            "the access token is malformed: the claim odd\"claim is missing"
        );
        let challenge = named.challenge();
        let challenge = challenge.as_ref().and_then(|value| value.to_str().ok());
        assert!(
            challenge.is_some_and(|text| text.ends_with(r#"the claim odd\"claim is missing""#)),
            "{challenge:?}"
        );
    }

    #[test]
    fn an_unavailable_provider_is_no_challenge_but_a_reason_to_try_again() {
        let response = error(BearerErrorKind::KeysUnavailable, ErrorDetail::Brief).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            response.headers().get(RETRY_AFTER),
            Some(&HeaderValue::from_static("5"))
        );
        assert_eq!(response.headers().get(WWW_AUTHENTICATE), None);
    }
}
