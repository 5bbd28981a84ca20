//! Middleware of all routes: rejects hosts other than loopback, and adds security headers.

use axum::{
    extract::Request,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, HOST, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use url::Url;

use crate::{loopback::is_loopback, pages::error_page::ErrorPage};

/// Rejects requests whose `Host` is not a loopback host, which prevents DNS rebinding.
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    if is_loopback_authority(request.headers().get(HOST)) {
        return next.run(request).await;
    }
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "This tenant accepts loopback hosts only",
        "The host of the request is not a loopback host.",
        "Open it as http://127.0.0.1 or http://localhost with its port. It is for development only.",
    )
    .into_response()
}

/// Adds security headers, and disables caching unless the handler sets `Cache-Control`.
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
    fn only_loopback_hosts_are_accepted() {
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
}
