//! Ended sessions: the first request with one removes its record and its cookie.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::Body;
use axum_auth0::SqliteStore;
use http::{StatusCode, header};
use rusqlite::Connection;
use test_support::{Browser, Endpoint, Reply};

use crate::app::{TestEnv, TestEnvBuilder};

const DAY: i64 = 24 * 3_600;

#[derive(Clone, Copy, Debug)]
enum End {
    /// It was not used for a day.
    Idle,
    /// Three days are over.
    Absolute,
    /// The refresh token has ended.
    InvalidGrant,
    /// Another browser with the same cookie logged out.
    OtherTab,
    /// The login was deleted, the record was not.
    LoginDeleted,
}

async fn end(env: &TestEnv, browser: &mut Browser, how: End) {
    match how {
        End::Idle => env.clock.advance(DAY),
        End::Absolute => {
            for _ in 0..6 {
                assert_eq!(browser.whoami().await, "auth0|alice");
                env.clock.advance(DAY / 2);
            }
        }
        End::InvalidGrant => {
            let reply = Reply::error(400, "invalid_grant");
            env.provider.reply(Endpoint::Refresh, reply);
            env.clock.advance(3_600);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        }
        End::OtherTab => {
            browser.clone().post("/auth/logout", "").await;
        }
        End::LoginDeleted => {
            let id = env.store.login().await.id;
            axum_auth0::store::Store::delete_login(env.store.as_ref(), &id)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_request_with_an_ended_session_removes_record_and_cookie() {
    for site in ["http://localhost:3000", "https://site.example"] {
        for how in [
            End::Idle,
            End::Absolute,
            End::InvalidGrant,
            End::OtherTab,
            End::LoginDeleted,
        ] {
            let case = format!("{site} {how:?}");
            let env = TestEnvBuilder::new()
                .set("APP_BASE_URL", site)
                .build()
                .await;
            let mut browser = env.logged_in("alice").await;
            end(&env, &mut browser, how).await;
            let name = browser.session_cookie_name();
            let response = browser.get("/whoami").await;
            assert_eq!(response.body, "anonymous", "{case}");
            let cookies = response.set_cookies();
            assert_eq!(cookies.len(), 1, "{case}: {cookies:?}");
            assert_eq!(cookies[0].name(), name, "{case}");
            assert!(!browser.has_session(), "{case}: the browser obeys");
            if matches!(how, End::Absolute) {
                // The store no longer returns the record, so the cleanup deletes both rows.
                env.auth0.delete_expired().await.unwrap();
            }
            assert!(env.store.records().await.is_empty(), "{case}");
            assert!(env.store.logins().await.is_empty(), "{case}");

            let loads = env.store.load_count();
            let response = browser.get("/whoami").await;
            assert!(response.set_cookies().is_empty(), "{case}");
            assert_eq!(
                env.store.load_count(),
                loads,
                "{case}: nothing is looked for"
            );
        }
    }
}

#[tokio::test]
async fn a_session_ends_although_the_store_cannot_be_written() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(DAY);
    env.store.set_failing(&[
        "delete_login",
        "delete_record",
        "mark_used",
        "update_record",
    ]);
    let response = browser.get("/whoami").await;
    assert_eq!(
        (response.status, &*response.body),
        (StatusCode::OK, "anonymous")
    );
    assert!(!browser.has_session());
}

#[tokio::test]
async fn a_session_is_valid_although_its_last_use_cannot_be_written() {
    for failing in [
        &["mark_used"][..],
        &["mark_used", "update_record", "delete_login", "lease_login"],
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.store.set_failing(failing);
        for _ in 0..3 {
            env.clock.advance(120);
            assert_eq!(browser.whoami().await, "auth0|alice", "{failing:?}");
            assert_eq!(browser.get("/token").await.status, StatusCode::OK);
            assert_eq!(browser.get("/auth/profile").await.status, StatusCode::OK);
        }
    }
}

/// A token within the refresh buffer is still valid if the refresh fails.
#[tokio::test]
async fn a_valid_token_is_used_although_the_store_cannot_be_written() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.store
        .set_failing(&["mark_used", "lease_login", "swap_tokens"]);
    env.clock.advance(3_570);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    env.clock.advance(30);
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

/// A backup holds a lock on the file.
#[tokio::test]
async fn sessions_work_while_another_process_locks_the_store_for_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.db");
    let mut builder = TestEnvBuilder::new();
    builder.store = Arc::new(SqliteStore::open(&path).await.unwrap());
    let env = builder.build().await;
    let mut alice = env.logged_in("alice").await;
    let mut bob = env.logged_in("bob").await;
    env.clock.advance(120);
    let backup = Connection::open(&path).unwrap();
    backup.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begin = Instant::now();
    for _ in 0..4 {
        assert_eq!(alice.whoami().await, "auth0|alice");
        assert_eq!(bob.get("/token").await.status, StatusCode::OK);
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "{begin:?}");
}

/// Two applications on one host share their cookies.
#[tokio::test]
async fn a_foreign_session_cookie_is_kept_and_a_malformed_one_is_removed() {
    let other = TestEnvBuilder::new()
        .set("AUTH0_SECRET", "another-AUTH0_SECRET-9876543210-zyxwvutsrq")
        .build()
        .await;
    for round in 0..3 {
        let env = TestEnv::new().await;
        let theirs = other.logged_in("alice").await.session().unwrap().clone();
        let mut browser = env.browser();
        browser.jar.insert("session".to_owned(), theirs.clone());
        let response = browser.get("/whoami").await;
        assert_eq!(response.body, "anonymous", "{round}");
        assert!(response.set_cookies().is_empty(), "{round}");
        assert_eq!(browser.session(), Some(&theirs));
        browser.post("/auth/logout", "").await;
        assert_eq!(browser.session(), Some(&theirs), "not even by a logout");

        browser
            .jar
            .insert("session".to_owned(), theirs[1..].to_owned());
        browser.get("/whoami").await;
        assert_eq!(browser.session(), None);
    }
}

#[tokio::test]
async fn one_set_cookie_header_sets_or_removes_the_session_cookie() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "https://site.example")
        .build()
        .await;
    let count = |response: &test_support::TestResponse| {
        let all = response.headers.get_all(header::SET_COOKIE).iter();
        all.filter(|value| value.as_bytes().starts_with(b"__Host-session="))
            .count()
    };
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(count(&response), 1);
    let first = browser.session().cloned();
    // Over an old session, too.
    let response = browser.attempt_login(&env.provider, "bob").await;
    assert_eq!(count(&response), 1);
    assert_ne!(browser.session().cloned(), first);
    assert_eq!(browser.whoami().await, "auth0|bob");
    let request = browser.form("/auth/logout").body(Body::empty()).unwrap();
    let response = browser.send(request).await;
    assert_eq!(count(&response), 1);
    assert!(!browser.has_session());
}
