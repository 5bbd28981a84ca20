//! Protection against cross-site requests.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{HOST, ORIGIN},
};

/// Returns whether the tenant's own pages sent a form. Clients that are not browsers send neither header.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let site_matches = site.is_none_or(|site| site == b"same-origin" || site == b"none");
    let origin_matches = headers.get(ORIGIN).is_none_or(|origin| {
        // With `Referrer-Policy: no-referrer` a browser also sends `null` for forms of the tenant.
        if origin == "null" {
            return site == Some(b"same-origin");
        }
        let host = headers
            .get(HOST)
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        origin.as_bytes().strip_prefix(b"http://") == Some(host)
    });
    site_matches && origin_matches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_origin_is_detected() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:4000"));
        assert!(is_same_origin(&headers));
        headers.insert(ORIGIN, HeaderValue::from_static("http://127.0.0.1:4000"));
        assert!(is_same_origin(&headers));
        headers.insert(ORIGIN, HeaderValue::from_static("http://127.0.0.1:4001"));
        assert!(!is_same_origin(&headers));
        headers.insert(ORIGIN, HeaderValue::from_static("null"));
        assert!(!is_same_origin(&headers));
        for (site, expected) in [
            ("same-origin", true),
            ("none", false),
            ("cross-site", false),
        ] {
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            assert_eq!(is_same_origin(&headers), expected, "{site}");
        }
        headers.remove(ORIGIN);
        assert!(!is_same_origin(&headers));
    }
}
