//! Body and content headers of a response.

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

/// Maximum length of a header value in an error, in characters.
const MAX_SHOWN_CHARS: usize = 60;

/// Returns the body without the byte order mark that some editors write
/// ([RFC 8259 §8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
pub fn strip_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Returns the content coding of a response, unless it is `identity`
/// ([RFC 9110 §8.4](https://www.rfc-editor.org/rfc/rfc9110#section-8.4)).
pub fn content_coding(headers: &HeaderMap) -> Option<String> {
    let codings: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .flat_map(|value| {
            value
                .split(',')
                .map(|coding| coding.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
        .collect();
    let shown: String = codings
        .join(", ")
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_SHOWN_CHARS)
        .collect();
    (!codings.is_empty()).then_some(shown)
}

/// Returns the media type of a response without parameters, cut to [`MAX_SHOWN_CHARS`], or a phrase if it has none.
pub(super) fn media_type(response: &http::Response<Bytes>) -> String {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or_else(
            || "something without a media type".to_owned(),
            |value| value.trim().chars().take(MAX_SHOWN_CHARS).collect(),
        )
}
