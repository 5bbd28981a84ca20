//! The session cookie.

use axum::body::Body;
use http::{Method, StatusCode, header};
use test_support::{Endpoint, SITE};

use super::{DAY, MINUTE};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn the_session_cookie_has_the_attributes_that_the_site_needs() {
    for (site, name, secure) in [
        (SITE, "session", false),
        ("https://site.example", "__Host-session", true),
    ] {
        let env = TestEnvBuilder::new()
            .set("APP_BASE_URL", site)
            .build()
            .await;
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        let cookies = response.set_cookies();
        let cookie = cookies.iter().find(|cookie| cookie.name() == name).unwrap();
        assert_eq!(cookie.http_only(), Some(true));
        assert_eq!(cookie.secure().unwrap_or(false), secure);
        assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
        assert_eq!(cookie.path(), Some("/"));
        assert_eq!(cookie.domain(), None);
        let life = cookie.max_age().unwrap().whole_seconds();
        assert!((3 * DAY - 5..=3 * DAY).contains(&life), "{life}");
        assert!(browser.has_session(), "the browser keeps it");

        // The cookie is removed.
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER);
        assert!(!browser.has_session(), "{site}");
    }
}

#[tokio::test]
async fn a_transient_session_ends_with_the_browser() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_COOKIE_TRANSIENT", "true")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    let cookies = response.set_cookies();
    let cookie = cookies
        .iter()
        .find(|cookie| cookie.name() == "session")
        .unwrap();
    assert_eq!((cookie.max_age(), cookie.expires()), (None, None));
    assert_eq!(browser.whoami().await, "auth0|alice");
    // The absolute timeout applies at the server.
    env.clock.advance(DAY);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn ordinary_responses_set_no_cookie() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for path in [
        "/",
        "/products",
        "/whoami",
        "/token",
        "/auth/profile",
        "/token/renewed",
    ] {
        env.clock.advance(2 * MINUTE);
        assert!(browser.get(path).await.set_cookies().is_empty(), "{path}");
    }
    let mut anonymous = env.browser();
    for path in ["/", "/whoami", "/auth/profile"] {
        assert!(anonymous.get(path).await.set_cookies().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_cookie_of_a_logged_out_session_is_invalid() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let mut thief = browser.clone();
    browser.post("/auth/logout", "").await;
    for (path, status) in [
        ("/products", 303),
        ("/token", 303),
        ("/auth/profile", 401),
        ("/token/renewed", 303),
        ("/failing", 303),
    ] {
        assert_eq!(thief.get(path).await.status.as_u16(), status, "{path}");
    }
    assert_eq!(thief.whoami().await, "anonymous");
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
}

#[tokio::test]
async fn requests_with_malformed_session_cookies_are_anonymous() {
    let env = TestEnv::new().await;
    let real = env.logged_in("alice").await.session().unwrap().clone();
    for value in [
        "",
        "x",
        "%00",
        "AAAA",
        "\"",
        "{}",
        "../../etc/passwd",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &"A".repeat(4_097),
        &real[1..],
        &format!("{real}A"),
        &format!("{real}="),
    ] {
        let mut browser = env.browser();
        browser.jar.insert("session".to_owned(), value.to_owned());
        let response = browser.get("/whoami").await;
        assert_eq!(response.status, StatusCode::OK, "{value:?}");
        assert_eq!(response.body, "anonymous", "{value:?}");
        assert!(!browser.has_session(), "{value:?}: the cookie is cleared");
    }
    // Malformed cookie headers.
    for cookies in [
        "session",
        "=; ;; session=",
        "session=a=b=c; session",
        "\u{e4}=1; session=x",
    ] {
        let mut browser = env.browser();
        let request = browser.request(Method::GET, "/whoami");
        let request = request.header(header::COOKIE, cookies.as_bytes());
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.body, "anonymous", "{cookies:?}");
    }
}
