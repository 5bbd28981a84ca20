//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): what a request calls itself, so that it can be sent again
//! by who does not know whether it arrived.

use axum::http::{HeaderMap, HeaderName};

use crate::answer::Refusal;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The most characters that a key has.
const LONGEST: usize = 100;

/// The key of a request, if it has one. The draft writes it as a quoted string; without the quotes it is understood too.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = sent.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Refusal::Key)?.trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or(Refusal::Key)?,
        None => text,
    };
    let is_good = (1..=LONGEST).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b','));
    if is_good && sent.next().is_none() {
        Ok(Some(key.to_owned()))
    } else {
        Err(Refusal::Key)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&str]) -> Result<Option<String>, Refusal> {
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
        let longest = "k".repeat(LONGEST);
        assert_eq!(of(&[&longest]).unwrap(), Some(longest));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let too_long = "k".repeat(LONGEST + 1);
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
            assert!(matches!(of(wrong), Err(Refusal::Key)), "{wrong:?}");
        }
    }
}
