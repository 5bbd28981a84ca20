//! The URL of a request to the API.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};

use super::refusal::Refusal;
use crate::{
    api_client::{ApiError, InvalidRequest, MAX_URL, join_path_segments},
    page_user::PAGE_USER_FIELD,
};

/// Returns the URL below `base` for `path` and `query` as they were sent, relative to the path of the proxy.
///
/// Each segment is decoded and encoded again, so that the API sees the path that was compared with the allowed ones, and a
/// segment that any server could take for more than one is refused.
pub(super) fn api_url(base: &Url, path: &str, query: Option<&str>) -> Result<Url, Refusal> {
    let invalid = || ApiError::from(InvalidRequest::Path);
    let path = path.strip_prefix('/').ok_or_else(invalid)?;
    let (path, has_slash) = path
        .strip_suffix('/')
        .map_or((path, false), |path| (path, true));
    let mut segments = Vec::new();
    if !path.is_empty() {
        for segment in path.split('/') {
            segments.push(decode(segment).ok_or_else(invalid)?);
        }
    } else if has_slash {
        return Err(invalid().into());
    }
    let mut url = join_path_segments(base, &segments).map_err(ApiError::from)?;
    if has_slash {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    if let Some(query) = query {
        url.set_query(api_query(query)?.as_deref());
    }
    if url.as_str().len() > MAX_URL {
        return Err(ApiError::from(InvalidRequest::TooLong).into());
    }
    Ok(url)
}

/// Decodes a segment. Returns `None` if its encoding is invalid, or if it is a dot segment for a server that drops path
/// parameters (`..;x`).
fn decode(segment: &str) -> Option<String> {
    let is_encoded = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !segment.split('%').skip(1).all(is_encoded) {
        return None;
    }
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    let name = text.split(';').next().unwrap_or_default();
    (!matches!(name, "." | "..")).then(|| text.into_owned())
}

/// Returns the query for the API: without the value that names the user of the page.
fn api_query(query: &str) -> Result<Option<String>, Refusal> {
    let mut kept = Vec::new();
    for pair in query.split('&') {
        // RFC 6750 §2.3: the token of another client would compete with the user's. Some servers separate by semicolons, too.
        let is_token = |pair| name_of(pair).eq_ignore_ascii_case("access_token");
        if pair.split(';').any(is_token) {
            return Err(Refusal::TokenInQuery);
        }
        if name_of(pair) != PAGE_USER_FIELD {
            kept.push(pair);
        }
    }
    Ok((!kept.is_empty()).then(|| kept.join("&")))
}

/// Returns the decoded name of a pair.
fn name_of(pair: &str) -> Cow<'_, str> {
    let name = form_urlencoded::parse(pair.as_bytes()).next();
    name.map(|(name, _)| name).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://api.example.com/v2/";

    fn url(path: &str, query: Option<&str>) -> Option<String> {
        let url = api_url(&Url::parse(BASE).unwrap(), path, query);
        url.ok().map(|url| url.as_str().to_owned())
    }

    #[test]
    fn a_path_stays_what_it_is_below_the_base() {
        for (path, expected) in [
            ("/", BASE),
            ("/products", "https://api.example.com/v2/products"),
            ("/products/", "https://api.example.com/v2/products/"),
            ("/a%20b/%C3%BC", "https://api.example.com/v2/a%20b/%C3%BC"),
            ("/auth0%7Calice", "https://api.example.com/v2/auth0%7Calice"),
            ("/a%3Fb%23c", "https://api.example.com/v2/a%3Fb%23c"),
            ("/.../a.b", "https://api.example.com/v2/.../a.b"),
            (
                "/@evil.example",
                "https://api.example.com/v2/%40evil.example",
            ),
        ] {
            assert_eq!(url(path, None).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn paths_that_could_leave_the_base_are_refused() {
        for path in [
            "",
            "products",
            "//",
            "//evil.example",
            "//evil.example/x",
            "/a//b",
            "/.",
            "/..",
            "/../admin",
            "/a/../../admin",
            "/%2e%2e/admin",
            "/%2E%2E",
            "/.%2e",
            "/%252e%252e/admin",
            "/..%2fadmin",
            "/a%2fb",
            "/a%2Fb",
            "/a%252fb",
            "/a\\b",
            "/..\\admin",
            "/a%5cb",
            "/a%5Cb",
            "/a%255cb",
            "/..;/admin",
            "/..;x=1/admin",
            "/.;/a",
            "/a%00b",
            "/a%0d%0ab",
            "/%",
            "/%2",
            "/%zz",
            "/%ff",
        ] {
            assert_eq!(url(path, None), None, "{path}");
        }
        assert_eq!(url(&format!("/{}", "x".repeat(MAX_URL)), None), None);
        assert_eq!(url("/a", Some(&"x".repeat(MAX_URL))), None);
    }

    #[test]
    fn the_query_is_kept_without_the_user_of_the_page() {
        for (query, expected) in [
            ("a=1&b=%26&a=2", "?a=1&b=%26&a=2"),
            ("auth0_page_user=abc&a=1", "?a=1"),
            ("auth0%5Fpage_user=abc", ""),
            ("a=/../..//evil.example", "?a=/../..//evil.example"),
            ("", "?"),
        ] {
            let expected = format!("https://api.example.com/v2/p{expected}");
            assert_eq!(url("/p", Some(query)), Some(expected), "{query}");
        }
        for query in [
            "access_token=x",
            "a=1&Access_Token=x",
            "access%5Ftoken=x",
            "a=1;access_token=x",
        ] {
            assert_eq!(url("/p", Some(query)), None, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_base(path in "/[a./\\\\%25eEfFcC@:;?#-]{0,16}") {
            if let Some(text) = url(&path, None) {
                let parsed = Url::parse(&text).unwrap();
                prop_assert_eq!(parsed.as_str(), &text);
                prop_assert_eq!(parsed.origin(), Url::parse(BASE).unwrap().origin());
                let path = parsed.path().to_owned();
                prop_assert!(path.starts_with("/v2/"));
                let decoded = percent_decode_str(&path).decode_utf8_lossy().into_owned();
                prop_assert!(!decoded.contains("//") && !decoded.contains('\\') && !decoded.contains("/../"));
            }
        }
    }
}
