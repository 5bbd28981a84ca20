//! The response to a request whose access token is unavailable.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::TokenError;
use crate::responses::{json_error_with_code, misconfigured, sign_in_required, with_retry_after};

/// Responds with JSON that contains a `code`. Below the engine's layers, a navigation of a user who has to log in is
/// redirected to the login, which returns to the page.
///
/// | error | status | code |
/// |---|---|---|
/// | [`Self::SignInRequired`] | 401 | `sign_in_required` |
/// | [`Self::Misconfigured`] | 500 | `misconfigured`, with the code of the diagnosis; see [`DiagnosisVisibility`](crate::DiagnosisVisibility) |
/// | [`Self::ProviderUnavailable`] | 503, `Retry-After` | `provider_unavailable` |
/// | [`Self::TooManyTokens`] | 429, `Retry-After` | `too_many_tokens` |
/// | [`Self::HeadRequest`] | 405 | `method_not_allowed` |
/// | [`Self::RevocationUnsupported`] | 501 | `revocation_unsupported` |
/// | [`Self::StoreUnavailable`] | 503 | `store_unavailable` |
impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let json = |status, code| json_error_with_code(status, code, &text);
        match self {
            Self::SignInRequired => sign_in_required(&text),
            Self::Misconfigured(diagnosis) => misconfigured(diagnosis),
            Self::ProviderUnavailable { retry_after } => with_retry_after(
                json(StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable"),
                retry_after,
            ),
            Self::TooManyTokens { retry_after } => with_retry_after(
                json(StatusCode::TOO_MANY_REQUESTS, "too_many_tokens"),
                Some(retry_after),
            ),
            Self::HeadRequest => {
                let mut response = json(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
                let headers = response.headers_mut();
                headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
                response
            }
            Self::RevocationUnsupported => {
                json(StatusCode::NOT_IMPLEMENTED, "revocation_unsupported")
            }
            Self::StoreUnavailable => json(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
        }
    }
}
