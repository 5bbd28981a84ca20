//! Logins, logouts and protected pages.

use axum::body::Body;
use http::{Method, StatusCode, header};
use test_support::{Endpoint, SITE};

use super::{BY_SERVICE_WORKER, NAVIGATION, SPECULATIVE, get};
use crate::app::TestEnv;

#[tokio::test]
async fn a_login_works_behind_a_service_worker() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = get(&mut browser, "/products?page=2", &[BY_SERVICE_WORKER]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    let login = response.location().to_owned();
    let response = get(&mut browser, &login, &[BY_SERVICE_WORKER]).await;
    let returned = env.provider.authorize(response.location(), "alice");
    let response = get(&mut browser, &returned.path(), &[BY_SERVICE_WORKER]).await;
    assert_eq!(response.location(), "/products?page=2");
    let response = get(&mut browser, "/auth/logout", &[BY_SERVICE_WORKER]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_prefetch_neither_starts_a_login_nor_ends_a_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for purpose in SPECULATIVE {
        for path in ["/auth/login?returnTo=%2F", "/auth/logout"] {
            let response = get(&mut browser, path, &[NAVIGATION, purpose]).await;
            assert_eq!(
                response.status,
                StatusCode::NO_CONTENT,
                "{path} {purpose:?}"
            );
            assert_eq!(response.header("cache-control"), Some("no-store"));
            assert!(response.set_cookies().is_empty(), "{path} {purpose:?}");
        }
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn a_prefetched_callback_consumes_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    for purpose in SPECULATIVE {
        let response = get(&mut browser, &returned.path(), &[NAVIGATION, purpose]).await;
        assert_eq!(response.status, StatusCode::NO_CONTENT, "{purpose:?}");
        let mut lost = env.browser();
        let response = get(&mut lost, &returned.path(), &[NAVIGATION, purpose]).await;
        assert_eq!(response.status, StatusCode::NO_CONTENT, "{purpose:?}");
        assert!(lost.jar.is_empty());
    }
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/products?page=2");
}

#[tokio::test]
async fn a_login_is_not_restarted_in_a_frame_or_in_the_background() {
    let env = TestEnv::new().await;
    let returned = env
        .browser()
        .authorize_without_callback(&env.provider, "alice")
        .await;
    for headers in [
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")][..],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "object")],
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
    ] {
        let mut browser = env.browser();
        let response = get(&mut browser, &returned.path(), &[headers]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{headers:?}");
        assert!(browser.jar.is_empty(), "{headers:?}");
    }
}

#[tokio::test]
async fn only_navigations_to_protected_pages_are_redirected_to_the_login() {
    let env = TestEnv::new().await;
    for (headers, status) in [
        (NAVIGATION, 303),
        (BY_SERVICE_WORKER, 303),
        (&[("accept", "text/html,*/*")][..], 303),
        (
            &[
                ("sec-fetch-mode", "cors"),
                ("sec-fetch-dest", "empty"),
                ("accept", "text/html"),
            ],
            401,
        ),
        (
            &[
                ("sec-fetch-mode", "cors"),
                ("sec-fetch-dest", "empty"),
                ("accept", "text/event-stream"),
            ],
            401,
        ),
        (&[("accept", "text/event-stream")], 401),
        (&[("accept", "application/json")], 303),
        (&[("accept", "*/*")], 303),
        (&[], 303),
        (
            &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            401,
        ),
        (
            &[
                ("sec-fetch-mode", "navigate"),
                ("sec-purpose", "prefetch;prerender"),
            ],
            401,
        ),
        (
            &[
                ("sec-fetch-mode", "websocket"),
                ("upgrade", "websocket"),
                ("connection", "upgrade"),
                ("origin", SITE),
                ("sec-fetch-site", "same-origin"),
            ],
            401,
        ),
    ] {
        let mut browser = env.browser();
        let response = get(&mut browser, "/products?page=2", &[headers]).await;
        assert_eq!(response.status.as_u16(), status, "{headers:?}");
        if status == 401 {
            assert_eq!(response.header("location"), None, "{headers:?}");
            assert_eq!(response.json()["error"], "sign_in_required", "{headers:?}");
        } else {
            let login = "/auth/login?returnTo=%2Fproducts%3Fpage%3D2";
            assert_eq!(response.location(), login, "{headers:?}");
            assert_eq!(response.body, "", "{headers:?}");
        }
    }
}

#[tokio::test]
async fn while_the_store_is_down_protected_pages_respond_with_503_as_page_or_json() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.store.set_unavailable(true);
    let page = get(&mut browser, "/products", &[NAVIGATION]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.starts_with("<!DOCTYPE html>"));
    let data = get(&mut browser, "/products", &[&[("sec-fetch-mode", "cors")]]).await;
    assert_eq!(data.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(data.json()["code"], "store_unavailable");
}

#[tokio::test]
async fn under_another_host_scripts_are_rejected_and_pages_redirected() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    for (headers, status) in [
        (NAVIGATION, 307),
        (BY_SERVICE_WORKER, 307),
        (
            &[("sec-fetch-mode", "cors"), ("accept", "text/html")][..],
            421,
        ),
        (&[("accept", "application/json")], 421),
        (&[("upgrade", "websocket"), ("accept", "text/html")], 421),
    ] {
        let mut request = browser.request(Method::GET, "/");
        request
            .headers_mut()
            .unwrap()
            .insert(header::HOST, "127.0.0.1:3000".parse().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status.as_u16(), status, "{headers:?}");
    }
}
