//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): identifies a request, so that a client can send it again
//! if it does not know whether the first one arrived.

use api_support::ApiError;
use axum::http::{HeaderMap, HeaderName};

use crate::errors::INVALID_KEY;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Maximum length of a key in bytes.
const MAX_KEY_BYTES: usize = 100;

/// Returns the key of a request, if it has one. The draft defines a quoted string; the quotes are optional here.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = sent.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| INVALID_KEY)?.trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or(INVALID_KEY)?,
        None => text,
    };
    let is_valid = (1..=MAX_KEY_BYTES).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b','));
    if is_valid && sent.next().is_none() {
        Ok(Some(key.to_owned()))
    } else {
        Err(INVALID_KEY)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&str]) -> Result<Option<String>, ApiError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap());
        }
        key(&headers)
    }

    #[test]
    fn a_key_is_the_same_with_and_without_quotes() {
        assert_eq!(of(&[]).unwrap(), None);
        for written in ["\"8e03978e-40d5\"", "8e03978e-40d5"] {
            assert_eq!(of(&[written]).unwrap().as_deref(), Some("8e03978e-40d5"));
        }
        let longest = "k".repeat(MAX_KEY_BYTES);
        assert_eq!(of(&[&longest]).unwrap(), Some(longest));
    }

    #[test]
    fn malformed_keys_are_rejected() {
        let too_long = "k".repeat(MAX_KEY_BYTES + 1);
        for wrong in [
            &[""][..],
            &["\"\""],
            &["\"open"],
            &["two words"],
            &["one, two"],
            &["one", "two"],
            &["ü"],
            &[too_long.as_str()],
        ] {
            let error = of(wrong).unwrap_err();
            assert_eq!(error.to_string(), INVALID_KEY.to_string(), "{wrong:?}");
        }
    }
}
