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
    presented_token::Scheme, rejection::Rejection,
};
use axum_auth0_core::{dpop::NONCE_HEADER, jwt::MAX_TOKEN_BYTES};

/// The reason why a request is rejected. The response is the one that
/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) requires: 401 or 403 with `WWW-Authenticate`, or 503
/// if the provider is unavailable. The JSON body has the same content.
///
/// [`into_response`](IntoResponse::into_response) logs the rejection.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerError {
    rejection: Box<Rejection>,
    settings: Arc<ChallengeSettings>,
    /// The scheme of the request.
    scheme: Scheme,
    /// The nonce for the next `DPoP` proof.
    nonce: Option<String>,
}

impl BearerError {
    pub(super) fn new(rejection: impl Into<Rejection>, settings: Arc<ChallengeSettings>) -> Self {
        Self {
            rejection: Box::new(rejection.into()),
            settings,
            scheme: Scheme::Bearer,
            nonce: None,
        }
    }

    /// Sets the scheme of the request, and the nonce for the next proof.
    pub(super) fn for_scheme(mut self, scheme: Scheme, nonce: Option<String>) -> Self {
        self.scheme = scheme;
        self.nonce = nonce;
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &BearerErrorKind {
        &self.rejection.kind
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.kind().status()
    }

    /// Returns the value of `WWW-Authenticate` for the scheme of the request; `None` if the provider is unavailable. For a
    /// response of the application's own; [`Self::challenges`] has those for all schemes.
    pub fn challenge(&self) -> Option<HeaderValue> {
        self.challenges().next()
    }

    /// Returns the values of `WWW-Authenticate`: one for each scheme that the API accepts. None if the provider is
    /// unavailable.
    pub fn challenges(&self) -> impl Iterator<Item = HeaderValue> {
        let is_unavailable = self.status() == StatusCode::SERVICE_UNAVAILABLE;
        let challenges = if is_unavailable {
            Vec::new()
        } else {
            self.settings
                .challenges(self.kind(), &self.to_string(), self.scheme)
        };
        challenges
            .into_iter()
            .filter_map(|challenge| HeaderValue::from_str(&challenge).ok())
    }

    /// Returns the value of `DPoP-Nonce`, if the API requires nonces
    /// ([RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449#section-9)).
    pub fn dpop_nonce(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.nonce.as_deref()?).ok()
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
        for challenge in self.challenges() {
            headers.append(WWW_AUTHENTICATE, challenge);
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let Some(nonce) = self.dpop_nonce() {
            headers.insert(NONCE_HEADER, nonce);
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
            dpop: None,
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
