//! Concurrent requests: a reload during a login, another tab during a login, a locked store.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum_auth0::SqliteStore;
use http::StatusCode;
use rusqlite::Connection;
use test_support::{Browser, Endpoint, Reply};

use crate::{
    app::{TestEnv, TestEnvBuilder},
    disconnected_clients::{disconnect, navigation, wait_until_finished},
};

const OLD: &str = "an-old-secret-3141592653589793238462643383";
const NEW: &str = "a-new-secret-27182818284590452353602874713";

/// Disconnects at the callback while the code is exchanged, and requests the same URL again.
async fn reload_during_exchange(env: &TestEnv, mut browser: Browser) -> (Browser, StatusCode) {
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let callback = returned.path();
    let request = navigation(&browser, &callback);
    let gate = disconnect(env, &mut browser, request, Endpoint::Exchange).await;
    let reload = async {
        let response = browser.get(&callback).await;
        (browser, response.status)
    };
    let release = async {
        // The reload is polled first, so it already waits for the first callback.
        tokio::task::yield_now().await;
        gate.release_all();
    };
    let (reloaded, ()) = tokio::join!(reload, release);
    wait_until_finished(env).await;
    reloaded
}

#[tokio::test]
async fn a_reload_while_the_code_is_exchanged_gets_the_session() {
    let env = TestEnv::new().await;
    let (mut browser, status) = reload_during_exchange(&env, env.browser()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(env.store.logins().await.len(), 1);
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1);
}

#[tokio::test]
async fn a_reload_in_a_browser_with_a_session_gets_the_new_session() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let old = browser.session().unwrap().clone();
    let (mut browser, status) = reload_during_exchange(&env, browser).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_ne!(browser.session(), Some(&old));
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_reload_of_a_failed_login_fails_without_a_second_exchange() {
    let env = TestEnv::new().await;
    env.provider
        .reply(Endpoint::Exchange, Reply::error(400, "invalid_grant"));
    let (browser, status) = reload_during_exchange(&env, env.browser()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!browser.has_session());
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn a_completed_login_is_claimed_at_a_replica_with_the_rotated_secret() {
    let env = TestEnv::new().await;
    let one = env
        .restarted(&[("AUTH0_SECRET", Some(&format!("{OLD},{NEW}")))])
        .await;
    let other = env
        .restarted(&[("AUTH0_SECRET", Some(&format!("{NEW},{OLD}")))])
        .await;
    let mut browser = env.browser().with_router(&one);
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let request = navigation(&browser, &returned.path());
    let gate = disconnect(&env, &mut browser, request, Endpoint::Exchange).await;
    gate.release_all();
    let browser = browser.with_router(&other);
    // The other replica reads from the store when the login is complete.
    let found = async {
        while browser.clone().get(&returned.path()).await.status != StatusCode::SEE_OTHER {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_request_with_the_previous_session_does_not_remove_the_new_one() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    // Another tab sends its request before the login and gets the response after it.
    let mut before = browser.clone();
    browser.log_in(&env.provider, "alice").await;
    let response = before.get("/whoami").await;
    assert_eq!(response.body, "anonymous");
    assert!(response.set_cookies().is_empty(), "{:?}", response.headers);
    assert_eq!(browser.whoami().await, "auth0|alice");
    // A minute later the identifier has expired like any other.
    env.clock.advance(61);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.records().await.len(), 1);
    let removed = before.get("/whoami").await.set_cookies();
    assert_eq!(removed.len(), 1);
}

#[tokio::test]
async fn a_login_that_cannot_be_stored_keeps_the_sessions_of_other_browsers() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.revocation_deletes_grants = true);
    let mut first = env.logged_in("alice").await;
    let mut second = env.browser();
    env.store.set_failing(&["create_record"]);
    let response = second.attempt_login(&env.provider, "alice").await;
    env.store.set_failing(&[]);
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    env.clock.advance(3_600);
    assert_eq!(first.get("/token").await.status, StatusCode::OK);
    wait_until_finished(&env).await;
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn reads_do_not_wait_for_writes_that_another_process_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.db");
    let store = Arc::new(SqliteStore::open(&path).await.unwrap());
    let mut builder = TestEnvBuilder::new();
    builder.store = store.clone();
    let env = builder.build().await;
    let mut alice = env.logged_in("alice").await;
    let mut waiting = Vec::new();
    for user in ["bob", "carol", "dave", "erin", "frank"] {
        waiting.push(env.logged_in(user).await);
    }
    env.clock.advance(3_500);
    alice.get("/token").await;
    let backup = Connection::open(&path).unwrap();
    backup.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Each of them needs a refresh, and therefore a write.
    env.clock.advance(110);
    let refreshes: Vec<_> = waiting
        .into_iter()
        .map(|mut browser| tokio::spawn(async move { browser.get("/token").await.status }))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begin = Instant::now();
    for _ in 0..4 {
        assert_eq!(alice.whoami().await, "auth0|alice");
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "{begin:?}");
    for refresh in refreshes {
        refresh.abort();
    }
}

#[tokio::test]
async fn a_login_page_open_for_half_an_hour_is_restarted_with_and_without_its_cookie() {
    let env = TestEnv::new().await;
    for (seconds, has_cookie) in [(1_860, false), (1_860, true), (7_200, false)] {
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await
            .without("code")
            .with("error", "temporarily_unavailable")
            .with("error_description", "authentication_expired");
        env.clock.advance(seconds);
        if !has_cookie {
            browser.jar.clear();
        }
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{seconds}");
        let again = env.provider.authorize(response.location(), "alice");
        let response = browser.get(&again.path()).await;
        assert_eq!(response.location(), "/products?page=2", "{seconds}");
    }
    // Not after ten minutes if only the cookie is lost, and never after a day.
    for (seconds, error) in [(601, None), (86_401, Some("temporarily_unavailable"))] {
        let mut browser = env.browser();
        let mut returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        if let Some(error) = error {
            returned = returned
                .without("code")
                .with("error", error)
                .with("error_description", "authentication_expired");
        }
        env.clock.advance(seconds);
        browser.jar.clear();
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{seconds}");
    }
}

#[tokio::test]
async fn a_logout_of_an_expired_session_also_ends_it_at_the_provider() {
    let env = TestEnv::new().await;
    for seconds in [86_400, 200_000] {
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(seconds);
        let response = browser.post("/auth/logout", "").await;
        assert!(
            response.redirect_parameter("id_token_hint").is_some(),
            "{seconds}"
        );
        wait_until_finished(&env).await;
        assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
        assert!(!browser.has_session(), "{seconds}");
        assert!(env.store.logins().await.is_empty(), "{seconds}");
    }
}

#[tokio::test]
async fn the_confirmation_page_of_a_logout_keeps_the_return_path() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for (return_to, field) in [
        ("%2Fbye%3Fa%3D1%26b%3D2", Some("/bye?a=1&amp;b=2")),
        ("https%3A%2F%2Fevil.example", None),
    ] {
        let path = format!("/auth/logout?returnTo={return_to}");
        let request = browser
            .navigation(&path)
            .header("sec-fetch-site", "cross-site");
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        let response = browser.send(request).await;
        assert_eq!(response.status, StatusCode::OK);
        let expected = field
            .map(|value| format!("<input type=\"hidden\" name=\"returnTo\" value=\"{value}\">"));
        match expected {
            Some(expected) => assert!(response.body.contains(&expected), "{}", response.body),
            None => assert!(!response.body.contains("<input"), "{}", response.body),
        }
    }
}

#[tokio::test]
async fn a_form_posted_to_another_host_gets_an_error_page() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    for (mode, content_type) in [("navigate", "text/html"), ("cors", "application/json")] {
        let mut request = browser
            .form("/api/change")
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", "document")
            .body(axum::body::Body::empty())
            .unwrap();
        let headers = request.headers_mut();
        headers.insert("host", "127.0.0.1:3000".parse().unwrap());
        let response = browser.send(request).await;
        assert_eq!(response.status.as_u16(), 421, "{mode}");
        let given = response.header("content-type").unwrap();
        assert!(given.starts_with(content_type), "{mode}: {given}");
    }
}
