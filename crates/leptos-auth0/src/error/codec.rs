//! Encodes and decodes errors between server and browser.

use super::{AuthError, ErrorBody, ServerFnErrorExt};
use crate::{half, json};
use leptos::server_fn::{
    Bytes, ContentType, Decodes, Encodes, Format, FormatType,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// The encoding of errors: an [`ErrorBody`] for every error type. For
/// [`FromServerFnError::Encoder`](leptos::server_fn::error::FromServerFnError::Encoder).
#[derive(Debug)]
pub struct ErrorJson;

impl ContentType for ErrorJson {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for ErrorJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<E: Clone + Into<ErrorBody>> Encodes<E> for ErrorJson {
    type Error = json::JsonError;

    fn encode(error: &E) -> Result<Bytes, json::JsonError> {
        json::write(&error.clone().into()).map(Bytes::from)
    }
}

impl<E: From<ErrorBody>> Decodes<E> for ErrorJson {
    type Error = json::JsonError;

    fn decode(bytes: Bytes) -> Result<E, json::JsonError> {
        json::read::<ErrorBody>(&bytes).map(E::from)
    }
}

/// Encodes an error as JSON, for [`FromServerFnError::ser`]. On the server it also sets the status of the response or,
/// for a plain form, redirects.
pub fn encode_error<E: ServerFnErrorExt + Clone + Into<ErrorBody>>(error: &E) -> Bytes {
    half::respond_with_error(error.status(), error.code(), error.retry_after_secs());
    ErrorJson::encode(error).unwrap_or_else(|_| Bytes::from_static(b"{\"code\":\"internal\"}"))
}

/// Decodes an error from JSON, for [`FromServerFnError::de`]. In the browser, [`AuthError::SignInRequired`] makes
/// [`use_user`](crate::use_user) fetch the user again.
pub fn decode_error<E: ServerFnErrorExt + FromServerFnError + From<ErrorBody>>(data: Bytes) -> E {
    let error: E = ErrorJson::decode(data).unwrap_or_else(|_| {
        E::from_server_fn_error(ServerFnErrorErr::Deserialization(String::new()))
    });
    if matches!(error.auth(), Some(AuthError::SignInRequired)) {
        half::session_ended();
    }
    error
}

/// Sets the status of a page that shows `error` while it is rendered on the server. Does nothing in the browser.
pub fn set_page_status<E: ServerFnErrorExt>(error: &E) {
    half::set_page_status(error.status(), error.retry_after_secs());
}

impl FromServerFnError for AuthError {
    type Encoder = ErrorJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // Their texts are for developers and quote the request, so they are dropped.
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::BadRequest,
            ServerFnErrorErr::Request(_) => Self::Network,
            _ => Self::Internal,
        }
    }

    fn ser(&self) -> Bytes {
        encode_error(self)
    }

    fn de(data: Bytes) -> Self {
        decode_error(data)
    }
}
