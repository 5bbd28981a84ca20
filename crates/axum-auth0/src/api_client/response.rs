//! A successful response.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A successful response of an API: status, media type and body. Other headers are not forwarded, because `Set-Cookie`,
/// `Strict-Transport-Security` and `Location` are meant for this server and not for the browser.
#[derive(Clone)]
pub struct ApiResponse {
    status: StatusCode,
    media_type: Option<String>,
    body: Bytes,
}

impl ApiResponse {
    pub(super) fn of(response: Response<Bytes>) -> Self {
        let media_type = response.headers().get(header::CONTENT_TYPE);
        Self {
            status: response.status(),
            media_type: media_type
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body: response.into_body(),
        }
    }

    /// Returns the status, which is 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the `Content-Type`.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Returns the body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body without copying it.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Deserializes the body as JSON. The media type is not checked.
    ///
    /// # Errors
    ///
    /// [`ApiError::NotJson`] if the body is not JSON, [`ApiError::UnexpectedJson`] if it is not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error's text is dropped because it quotes the body.
            let (line, column) = (error.line(), error.column());
            if error.is_data() {
                let expected = std::any::type_name::<T>();
                tracing::error!(
                    line,
                    column,
                    expected,
                    "failed to deserialize an API response: unexpected JSON"
                );
                ApiError::UnexpectedJson
            } else {
                tracing::error!(
                    line,
                    column,
                    "failed to deserialize an API response: not JSON"
                );
                ApiError::NotJson
            }
        })
    }
}

/// Omits the body.
impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiResponse({}, {} bytes)", self.status, self.body.len())
    }
}
