//! A good answer.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A good answer of an API: status, media type and body. Its other headers are not passed on: what an API says to its
/// client (`Set-Cookie`, `Strict-Transport-Security`, `Location`) it does not say to the person's browser.
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

    /// The status, 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The `Content-Type`.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// [`ApiError::NotJson`] where it is none, [`ApiError::UnexpectedJson`] where it is no `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error's own text quotes the body.
            let (line, column) = (error.line(), error.column());
            if error.is_data() {
                let expected = std::any::type_name::<T>();
                tracing::error!(
                    line,
                    column,
                    expected,
                    "an API answered with JSON of another shape"
                );
                ApiError::UnexpectedJson
            } else {
                tracing::error!(line, column, "an API answered with what is not JSON");
                ApiError::NotJson
            }
        })
    }
}

/// Does not show the body.
impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiResponse({}, {} bytes)", self.status, self.body.len())
    }
}
