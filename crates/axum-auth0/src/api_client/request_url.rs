//! Builds the URL of a call. It is always below the API's base URL, regardless of the path segments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::error::InvalidRequest;

/// Characters to encode: all except the unreserved characters of RFC 3986 §2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Maximum length of a URL. Many servers reject longer request lines.
pub(crate) const MAX_URL: usize = 8_000;

/// Joins `base` and `segments`, each percent-encoded.
///
/// A segment that contains a separator or is a dot segment is rejected instead of encoded, because some servers decode
/// `%2F` and `%2E` before they resolve a path.
pub(crate) fn join_path_segments<S: AsRef<str>>(
    base: &Url,
    segments: impl IntoIterator<Item = S>,
) -> Result<Url, InvalidRequest> {
    let mut path = base.path().trim_end_matches('/').to_owned();
    let mut is_root = true;
    for segment in segments {
        let segment = segment.as_ref();
        if !is_safe_segment(segment) {
            return Err(InvalidRequest::Path);
        }
        path.push('/');
        path.extend(utf8_percent_encode(segment, ENCODED));
        is_root = false;
        if path.len() > MAX_URL {
            return Err(InvalidRequest::TooLong);
        }
    }
    let mut url = base.clone();
    if !is_root {
        url.set_path(&path);
    }
    let is_below_base = url.origin() == base.origin() && url.path().starts_with(base.path());
    if is_below_base {
        Ok(url)
    } else {
        Err(InvalidRequest::Path)
    }
}

/// Returns whether a segment remains one segment, even on a server that decodes it twice.
fn is_safe_segment(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    [segment, &decoded].into_iter().all(|text| {
        let is_name = !matches!(text, "" | "." | "..");
        is_name && !text.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'))
    })
}

/// Appends a form-encoded pair to the query.
pub(super) fn add_query(url: &mut Url, name: &str, value: &str) -> Result<(), InvalidRequest> {
    if url.as_str().len() + name.len() + value.len() > MAX_URL {
        return Err(InvalidRequest::TooLong);
    }
    url.query_pairs_mut().append_pair(name, value);
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://api.example.com/v2/";

    fn path_of(base: &str, segments: &[&str]) -> Result<String, InvalidRequest> {
        let base = Url::parse(base).unwrap();
        join_path_segments(&base, segments).map(|url| url.as_str().to_owned())
    }

    #[test]
    fn segments_are_joined_below_the_base() {
        for (base, segments, url) in [
            (
                "http://127.0.0.1:4001/",
                &["products", "p1"][..],
                "http://127.0.0.1:4001/products/p1",
            ),
            (BASE, &["products"], "https://api.example.com/v2/products"),
            (BASE, &[], BASE),
            (
                BASE,
                &["auth0|alice"],
                "https://api.example.com/v2/auth0%7Calice",
            ),
            (BASE, &["a?b#c"], "https://api.example.com/v2/a%3Fb%23c"),
            (
                BASE,
                &["@evil.example"],
                "https://api.example.com/v2/%40evil.example",
            ),
            (
                BASE,
                &["Tür 100%"],
                "https://api.example.com/v2/T%C3%BCr%20100%25",
            ),
            (BASE, &["...", "a.b"], "https://api.example.com/v2/.../a.b"),
        ] {
            assert_eq!(path_of(base, segments).as_deref(), Ok(url));
        }
    }

    #[test]
    fn segments_that_could_leave_the_base_are_rejected() {
        for segment in [
            "",
            ".",
            "..",
            "%2e%2e",
            "%2E.",
            ".%2e",
            "//evil.example",
            "/",
            "https://evil.example/",
            "..\\users",
            "\\\\evil.example",
            "..%2fusers",
            "a%2Fb",
            "a%5cb",
            "a\r\nHost: evil.example",
            "a%0d%0aHost:%20evil.example",
            "a\0b",
            "a\tb",
            "a\u{85}b",
        ] {
            assert_eq!(
                path_of(BASE, &["orders", segment]),
                Err(InvalidRequest::Path),
                "{segment:?}"
            );
        }
        assert_eq!(
            path_of(BASE, &[&"x".repeat(MAX_URL)]),
            Err(InvalidRequest::TooLong)
        );
    }

    #[test]
    fn a_query_pair_cannot_leave_the_query() {
        let mut url = Url::parse("https://api.example.com/v2/orders").unwrap();
        add_query(&mut url, "status", "placed&owner=bob#x\r\nHost: evil").unwrap();
        add_query(&mut url, "at", "/../@evil").unwrap();
        assert_eq!(
            url.as_str(),
            "https://api.example.com/v2/orders?status=placed%26owner%3Dbob%23x%0D%0AHost%3A+evil&at=%2F..%2F%40evil"
        );
        assert_eq!(
            add_query(&mut url, "q", &"x".repeat(MAX_URL)),
            Err(InvalidRequest::TooLong)
        );
    }

    proptest! {
        #[test]
        fn no_segment_leaves_the_base(segment in "\\PC{0,12}|[./\\\\%25eEfFcC@:?#;&\r\n\t-]{0,12}") {
            let base = Url::parse(BASE).unwrap();
            if let Ok(url) = join_path_segments(&base, ["orders", &segment]) {
                let inside = url.path().strip_prefix("/v2/orders/").unwrap();
                prop_assert!(!inside.contains('/') && !inside.is_empty());
                prop_assert_eq!(url.origin(), base.origin());
                prop_assert!(url.username().is_empty() && url.password().is_none());
                prop_assert!(url.query().is_none() && url.fragment().is_none());
                // The URL survives a round trip through the parser.
                prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url.clone());
                prop_assert_eq!(percent_decode_str(inside).decode_utf8().unwrap(), segment);
            }
        }
    }
}
