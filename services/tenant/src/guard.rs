//! What every request passes: only this machine's own names are answered, and every answer carries its security headers.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, HOST, ORIGIN, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use url::Url;

use crate::{pages::error::PageRefusal, tenant::is_loopback};

/// Refuses a request whose `Host` is not this machine, as a site does that rebinds its own name to 127.0.0.1.
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    if is_loopback_authority(request.headers().get(HOST)) {
        return next.run(request).await;
    }
    PageRefusal::new(
        StatusCode::FORBIDDEN,
        "This tenant answers to its own machine only",
        "The host of the request is not this machine.",
        "Open it as http://127.0.0.1 or http://localhost with its port. It is for development only.",
    )
    .into_response()
}

/// Nothing here may be cached unless its handler says so, sniffed, or tell other sites where the browser was.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: browsers would then send `Origin: null` with the login form.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// Whether a form comes from the tenant's own pages. Programs that are not browsers send neither header.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let site_fits = site.is_none_or(|site| site == b"same-origin" || site == b"none");
    let origin_fits = headers.get(ORIGIN).is_none_or(|origin| {
        // With `Referrer-Policy: no-referrer` a browser sends this for forms of the tenant too.
        if origin == "null" {
            return site == Some(b"same-origin");
        }
        let host = headers
            .get(HOST)
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        origin.as_bytes().strip_prefix(b"http://") == Some(host)
    });
    site_fits && origin_fits
}

fn is_loopback_authority(host: Option<&HeaderValue>) -> bool {
    host.and_then(|value| value.to_str().ok())
        .filter(|authority| !authority.contains(['/', '@', '?', '#', '\\']))
        .and_then(|authority| Url::parse(&format!("http://{authority}/")).ok())
        .is_some_and(|url| url.host().is_some_and(|host| is_loopback(&host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for good in [
            "127.0.0.1:4000",
            "localhost:4000",
            "LOCALHOST",
            "[::1]:4000",
            "127.1.2.3",
        ] {
            assert!(
                is_loopback_authority(Some(&HeaderValue::from_static(good))),
                "{good}"
            );
        }
        for bad in [
            "evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.4:4000",
            "localhost.evil.example",
            "x@localhost",
            "",
        ] {
            assert!(
                !is_loopback_authority(HeaderValue::from_str(bad).ok().as_ref()),
                "{bad}"
            );
        }
        assert!(!is_loopback_authority(None));
    }

    #[test]
    fn a_form_of_another_origin_is_recognised() {
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
