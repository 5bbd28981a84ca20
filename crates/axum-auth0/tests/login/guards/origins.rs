//! Requests of this site and of other sites: forms and handshakes of web sockets.

use std::sync::atomic::Ordering;

use http::{Method, StatusCode};
use test_support::SITE;

use super::{FORM, send};
use crate::app::TestEnv;

/// A proxy that sets `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with the site's own forms.
#[tokio::test]
async fn a_form_of_this_site_with_a_null_origin_is_accepted() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let own = &[("origin", "null"), ("sec-fetch-site", "same-origin")];
    for path in ["/api/change", "/products"] {
        let response = send(&mut browser, Method::POST, path, &[FORM, own]).await;
        assert_eq!(response.body, "changed", "{path}");
    }
    let response = send(&mut browser, Method::POST, "/auth/logout", &[FORM, own]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_null_origin_without_fetch_metadata_is_rejected_with_a_page_for_users() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for site in [Some("cross-site"), Some("same-site"), Some("none"), None] {
        let mut headers = vec![("origin", "null")];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        for path in ["/api/change", "/auth/logout", "/products"] {
            let page = send(&mut browser, Method::POST, path, &[FORM, &headers]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{site:?} {path}");
            assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
            assert_eq!(page.header("cache-control"), Some("no-store"));
            let script = &[("sec-fetch-mode", "cors"), ("accept", "text/html")];
            let data = send(&mut browser, Method::POST, path, &[script, &headers]).await;
            assert_eq!(data.json()["error"], "cross_site", "{site:?} {path}");
        }
    }
    assert_eq!(env.app.changes.load(Ordering::SeqCst), 0);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_websocket_handshake_is_accepted_from_this_site_only() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let upgrade = &[
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-fetch-mode", "websocket"),
    ];
    for (site, origin, works) in [
        (Some("same-origin"), Some(SITE), true),
        (None, Some(SITE), true),
        (Some("cross-site"), Some("https://evil.example"), false),
        (Some("same-site"), Some("http://localhost:3001"), false),
        (None, Some("https://evil.example"), false),
        (Some("cross-site"), None, false),
        (None, None, false),
    ] {
        let mut headers = Vec::new();
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        headers.extend(origin.map(|origin| ("origin", origin)));
        for path in ["/products", "/whoami", "/api/list"] {
            let response = send(&mut browser, Method::GET, path, &[upgrade, &headers]).await;
            let expected = if works { 200 } else { 403 };
            assert_eq!(
                response.status.as_u16(),
                expected,
                "{site:?} {origin:?} {path}"
            );
        }
    }
}
