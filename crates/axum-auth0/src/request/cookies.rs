//! Parses the `Cookie` header so that an invalid cookie does not affect the others.
//!
//! Scripts and sibling subdomains can set cookies with any bytes. `HeaderValue::to_str` then fails for the whole
//! header, and all other cookies of the site are lost.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;

/// Returns the names and values of all readable cookies, in the order of the header (RFC 6265 §5.4).
///
/// A cookie that is not UTF-8 is skipped; the others are returned as the browser sent them, without any decoding.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    raw(headers).filter_map(readable)
}

/// Returns the value of the first readable cookie called `name`.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    pairs(headers).find_map(|(given, value)| (given == name).then_some(value))
}

/// Returns the size of all cookies in the header, in bytes, including unreadable ones.
pub(crate) fn total_bytes(headers: &HeaderMap) -> usize {
    raw(headers).map(|pair| pair.len() + SEPARATOR).sum()
}

/// Returns the size of one cookie in the header, in bytes.
pub(crate) fn bytes(name: &str, value: &str) -> usize {
    name.len() + "=".len() + value.len() + SEPARATOR
}

/// Length of the separator `; `.
const SEPARATOR: usize = 2;

/// Removes cookies from the header that would make tower-cookies lose or confuse the one called `session`.
///
/// tower-cookies ignores the whole header if it is not UTF-8. It also decodes and trims names, so it reads
/// `__Host%2Dsession`, which any subdomain can set, as `__Host-session`, and it uses the last of several cookies with
/// the same name. All other cookies are left to the application.
pub(crate) fn protect_session_cookie(
    headers: &mut HeaderMap,
    session: &str,
    is_valid: impl Fn(&str) -> bool,
) {
    let has_valid = pairs(headers).any(|(name, value)| name == session && is_valid(value));
    let keep = |pair: &[u8]| match std::str::from_utf8(pair) {
        Err(_) => false,
        Ok(text) => match split(text) {
            Some((name, value)) if name == session => !has_valid || is_valid(value),
            _ => !is_taken_for(text, session),
        },
    };
    if raw(headers).all(keep) {
        return;
    }
    let kept: Vec<HeaderValue> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| {
            let pairs = value.as_bytes().split(|byte| *byte == b';');
            let pairs: Vec<&[u8]> = pairs.filter(|pair| keep(pair)).collect();
            HeaderValue::from_bytes(pairs.join(&b';').trim_ascii()).ok()
        })
        .filter(|value| !value.is_empty())
        .collect();
    headers.remove(header::COOKIE);
    for value in kept {
        headers.append(header::COOKIE, value);
    }
}

/// Returns whether a cookie with another name becomes `session` when a parser trims and decodes the name.
fn is_taken_for(pair: &str, session: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().trim();
    let decoded: Cow<'_, str> = percent_decode_str(name).decode_utf8_lossy();
    decoded.trim() == session
}

fn raw(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
}

fn readable(pair: &[u8]) -> Option<(&str, &str)> {
    split(std::str::from_utf8(pair).ok()?)
}

/// Splits a pair at its first `=`. Trims only spaces and tabs: other white space belongs to the name.
fn split(pair: &str) -> Option<(&str, &str)> {
    const WHITE_SPACE: [char; 2] = [' ', '\t'];
    let (name, value) = pair.split_once('=')?;
    Some((
        name.trim_matches(WHITE_SPACE),
        value.trim_matches(WHITE_SPACE),
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    fn good(value: &str) -> bool {
        value == "good"
    }

    /// Returns the header after [`protect_session_cookie`].
    fn protected(values: &[&[u8]], session: &str) -> Vec<Vec<u8>> {
        let mut headers = headers(values);
        protect_session_cookie(&mut headers, session, good);
        let left = headers.get_all(header::COOKIE).iter();
        left.map(|value| value.as_bytes().to_vec()).collect()
    }

    #[test]
    fn an_invalid_cookie_does_not_affect_the_others() {
        for bad in [
            &b"name=J\xfcrgen"[..],
            "name=Jürgen".as_bytes(),
            b"name",
            b"",
            b"\xff\xfe=1",
            b"=1",
        ] {
            for value in [
                [bad, b"; a=1; b=2"].concat(),
                [b"a=1; ", bad, b"; b=2"].concat(),
                [b"a=1; b=2; ", bad].concat(),
            ] {
                let headers = headers(&[&value]);
                assert_eq!(get(&headers, "a"), Some("1"), "{value:?}");
                assert_eq!(get(&headers, "b"), Some("2"), "{value:?}");
            }
        }
    }

    #[test]
    fn several_header_fields_are_joined() {
        let headers = headers(&[b"a=1", b"x=\xfc; b=2"]);
        let all: Vec<_> = pairs(&headers).collect();
        assert_eq!(all, [("a", "1"), ("b", "2")]);
        assert_eq!(total_bytes(&headers), 5 + 5 + 6);
    }

    #[test]
    fn only_cookies_that_are_not_utf8_are_removed() {
        let left = protected(&["a=Jürgen; b=\"x y\"; session=good".as_bytes()], "session");
        assert_eq!(left, ["a=Jürgen; b=\"x y\"; session=good".as_bytes()]);
        let left = protected(&[b"a=J\xfcrgen; session=good; b=2", b"\xff=1"], "session");
        assert_eq!(left, [b"session=good; b=2"]);
    }

    #[test]
    fn cookies_that_decode_to_the_name_of_the_session_are_removed() {
        for impostor in [
            "__Host%2Dsession=evil",
            "%5F_Host-session=evil",
            "\u{2003}__Host-session=evil",
            "__Host-session\u{a0}=evil",
        ] {
            for value in [
                format!("{impostor}; __Host-session=good"),
                format!("__Host-session=good; {impostor}"),
                impostor.to_owned(),
            ] {
                let left = protected(&[value.as_bytes()], "__Host-session").concat();
                let left = String::from_utf8(left).unwrap();
                assert!(!left.contains("evil"), "{left}");
                assert_eq!(left.contains("good"), value.contains("good"), "{left}");
            }
        }
    }

    #[test]
    fn a_valid_session_cookie_wins_over_an_invalid_one() {
        for value in ["session=bad; session=good", "session=good; session=bad"] {
            assert_eq!(protected(&[value.as_bytes()], "session"), [b"session=good"]);
        }
        assert_eq!(protected(&[b"session=bad"], "session"), [b"session=bad"]);
    }
}
