//! Sessions: only a login creates one, and an ended one stays ended.

use axum::body::Body;
use http::{Method, StatusCode, header};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, SITE};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Session fixation: a login replaces the session identifier that the browser sent.
#[tokio::test]
async fn a_login_replaces_the_session_identifier_of_the_browser() {
    let env = TestEnv::new().await;
    let mut attacker = env.logged_in("mallory").await;
    let planted = attacker.session().unwrap().clone();
    let old = env.store.login().await;

    let mut victim = env.browser();
    victim.jar.insert("session".to_owned(), planted.clone());
    victim.log_in(&env.provider, "alice").await;
    assert_ne!(victim.session(), Some(&planted));
    assert_eq!(
        attacker.whoami().await,
        "anonymous",
        "the old identifier is dead"
    );
    let new = env.store.login().await;
    assert_ne!(new.id, old.id);
    env.clock.advance(61);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.records().await.len(), 1);
    // And its refresh token is revoked.
    env.provider
        .wait_for_requests(Endpoint::Revocation, 1)
        .await;
    assert_eq!(env.provider.revoked_families(), 1);
}

#[tokio::test]
async fn an_unknown_session_identifier_is_not_adopted() {
    let env = TestEnv::new().await;
    let made_up = "AAAAAAAAAAAAAAAAAAAAAA";
    let mut browser = env.browser();
    browser.jar.insert("session".to_owned(), made_up.to_owned());
    let response = browser.get("/products").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    browser.log_in(&env.provider, "alice").await;
    assert_ne!(browser.session().unwrap(), made_up);
}

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
async fn an_unused_session_ends_after_a_day() {
    for (wait, signed_in) in [(DAY - 1, true), (DAY, false)] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(wait);
        assert_eq!(browser.whoami().await != "anonymous", signed_in, "{wait}");
        assert_eq!(
            env.store.logins().await.len(),
            usize::from(signed_in),
            "{wait}"
        );
    }
}

#[tokio::test]
async fn a_session_in_use_ends_after_three_days() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for hours in (12..72).step_by(12) {
        env.clock.advance(12 * HOUR);
        assert_eq!(browser.whoami().await, "auth0|alice", "after {hours} hours");
        assert_eq!(
            browser.get("/token").await.status,
            StatusCode::OK,
            "after {hours} hours"
        );
    }
    env.clock.advance(12 * HOUR - 1);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(1);
    assert_eq!(
        browser.get_json("/token").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(browser.get("/products").await.status, StatusCode::SEE_OTHER);
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn the_last_use_of_a_session_is_written_once_a_minute() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..20 {
        browser.whoami().await;
        env.clock.advance(MINUTE / 4);
    }
    assert_eq!(env.store.mark_used_count(), 4);
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

/// An application writes into the session during the logout.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_session_save_does_not_recreate_a_deleted_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let mut late = browser.clone();
    let writing = tokio::spawn(async move {
        let response = late.get("/write-session").await;
        (late, response)
    });
    env.app.writer_waits.acquire().await.unwrap().forget();
    browser.post("/auth/logout", "").await;
    env.app.writer_may_go.add_permits(1);
    let (mut late, response) = writing.await.unwrap();
    assert_eq!(response.body, "written");
    assert!(env.store.records().await.is_empty(), "the record came back");
    assert!(env.store.logins().await.is_empty());
    assert_eq!(late.whoami().await, "anonymous");
}

#[tokio::test]
async fn application_data_in_the_session_does_not_affect_the_login() {
    let env = TestEnv::new().await;
    env.app.writer_may_go.add_permits(1);
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.get("/write-session").await.body, "written");
    assert_eq!(browser.whoami().await, "auth0|alice");
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

/// CVE-2025-48947.
#[tokio::test]
async fn responses_that_depend_on_the_session_are_not_cached() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for path in [
        "/",
        "/products",
        "/whoami",
        "/token",
        "/auth/profile",
        "/nowhere",
        "/auth/logout",
        "/auth/callback",
        "/auth/login",
    ] {
        for (who, browser) in [("alice", &mut browser), ("anonymous", &mut env.browser())] {
            let response = browser.get(path).await;
            let cache = response
                .header("cache-control")
                .unwrap_or_default()
                .to_owned();
            assert!(cache.contains("no-store"), "{path} {who}: {cache}");
            let vary: Vec<_> = response.headers.get_all("vary").iter().collect();
            assert!(
                vary.iter().any(|value| *value == "cookie"),
                "{path} {who}: {vary:?}"
            );
        }
    }
    let mut anonymous = env.browser();
    let response = anonymous.attempt_login(&env.provider, "bob").await;
    assert!(!response.set_cookies().is_empty());
    assert!(
        response
            .header("cache-control")
            .unwrap()
            .contains("no-store")
    );
}

#[tokio::test]
async fn cleanup_deletes_ended_sessions_only() {
    let env = TestEnv::new().await;
    let mut old = env.logged_in("alice").await;
    env.clock.advance(20 * HOUR);
    let mut young = env.logged_in("bob").await;
    let swept = env.auth0.delete_expired().await.unwrap();
    assert_eq!(swept, 1, "the old transaction");
    env.clock.advance(5 * HOUR);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.login().await.subject, "auth0|bob");
    assert_eq!(old.whoami().await, "anonymous");
    assert_eq!(young.whoami().await, "auth0|bob");
}
