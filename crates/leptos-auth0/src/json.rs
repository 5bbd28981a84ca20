//! JSON with little code in the browser.
//!
//! The server writes with `serde_json`. The browser reads with `miniserde`, which is smaller. Types shared by both
//! derive `serde::Serialize` and `miniserde::Deserialize`.

use crate::half;
use leptos::{
    server::codee::{Decoder, Encoder},
    server_fn::{
        Bytes, ContentType, Decodes, Encodes, Format, FormatType,
        codec::{JsonEncoding, Post},
    },
};
use std::fmt;

/// The output of a server function, and the codec of a [`Resource`](leptos::prelude::Resource) or
/// [`SharedValue`](leptos::prelude::SharedValue).
///
/// ```rust,ignore
/// #[server(input = GetUrl, output = LightJson)]
/// async fn list() -> Result<Products, AppError> { .. }
///
/// let products = Resource::<_, LightJsonEncoding>::new_with_options(|| (), |()| list(), false);
/// ```
pub type LightJson = Post<LightJsonEncoding>;

/// The encoding of [`LightJson`].
#[derive(Debug)]
pub struct LightJsonEncoding;

/// Error if the JSON does not match the expected type, or if the value cannot be written on this platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError;

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unexpected JSON")
    }
}

impl ContentType for LightJsonEncoding {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for LightJsonEncoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: serde::Serialize> Encodes<T> for LightJsonEncoding {
    type Error = JsonError;

    fn encode(value: &T) -> Result<Bytes, JsonError> {
        write(value).map(Bytes::from)
    }
}

impl<T: miniserde::Deserialize> Decodes<T> for LightJsonEncoding {
    type Error = JsonError;

    fn decode(bytes: Bytes) -> Result<T, JsonError> {
        read(&bytes)
    }
}

impl<T: serde::Serialize> Encoder<T> for LightJsonEncoding {
    type Error = JsonError;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, JsonError> {
        write(value)
    }
}

impl<T: miniserde::Deserialize> Decoder<T> for LightJsonEncoding {
    type Error = JsonError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, JsonError> {
        read(text.as_bytes())
    }
}

/// Serializes `value`. Fails in the browser, which only sends forms and queries.
pub(crate) fn write<T: serde::Serialize>(value: &T) -> Result<String, JsonError> {
    half::write_json(value).ok_or(JsonError)
}

pub(crate) fn read<T: miniserde::Deserialize>(bytes: &[u8]) -> Result<T, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError)?;
    miniserde::json::from_str(text).map_err(|_| JsonError)
}
