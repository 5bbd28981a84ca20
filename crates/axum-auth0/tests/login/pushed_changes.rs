//! With a store that reports changes, a cached session needs no read, and no change is missed.

use std::time::Duration;

use axum::Router;
use axum_auth0::{
    Auth0,
    store::{Store as _, StoreChange},
};
use http::StatusCode;
use test_support::TestFeed;
use tokio::time::Instant;

use crate::app::{TestEnv, TestEnvBuilder};

/// Maximum age of the proof that no change is missing.
const MAX_AGE: Duration = Duration::from_millis(750);

/// Lets the site follow the changes of its store. The first proof lasts for the whole test.
async fn follow(env: &TestEnv, auth0: &Auth0) -> TestFeed {
    let feed = env.store.open_feed();
    // It ends with the runtime.
    drop(auth0.spawn_maintenance());
    feed.prove().await;
    feed
}

/// Another replica on the same store, whose changes are seen only if the store reports them.
async fn replica(env: &TestEnv) -> (Auth0, Router) {
    let auth0 = env.auth0_builder().build().await.unwrap();
    let router = auth0.wrap(test_support::TestApp::router(&env.app));
    (auth0, router)
}

/// Returns the number of reads of one page view.
async fn reads(env: &TestEnv, browser: &mut test_support::Browser, expected: &str) -> usize {
    let before = env.store.read_count();
    assert_eq!(browser.whoami().await, expected);
    env.store.read_count() - before
}

#[tokio::test]
async fn a_page_view_reads_and_writes_nothing_within_the_minute() {
    let env = TestEnv::new().await;
    let _feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    for minute in 0..3 {
        let (reads, writes) = (env.store.read_count(), env.store.mark_used_count());
        for path in ["/whoami", "/products", "/token", "/auth/profile"].repeat(5) {
            assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
        }
        let reads = env.store.read_count() - reads;
        let writes = env.store.mark_used_count() - writes;
        let first = usize::from(minute > 0);
        assert_eq!((reads, writes), (first, first), "minute {minute}");
        env.clock.advance(61);
    }
}

#[tokio::test]
async fn a_change_by_another_replica_is_honoured_when_it_is_reported() {
    for changed in ["login", "record"] {
        let env = TestEnv::new().await;
        let feed = follow(&env, &env.auth0).await;
        let mut browser = env.logged_in("alice").await;
        assert_eq!(browser.whoami().await, "auth0|alice");
        let login = env.store.login().await.id;
        let (key, _) = env.store.records().await.remove(0);
        let change = if changed == "login" {
            env.store.delete_login(&login).await.unwrap();
            StoreChange::Login(login)
        } else {
            env.store.delete_record(&key).await.unwrap();
            StoreChange::Record(key)
        };
        // The session is in the cache: only a report can end it.
        assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 0);
        feed.report(change).await;
        assert_eq!(browser.whoami().await, "anonymous", "{changed}");
        assert!(!browser.has_session());
    }
}

#[tokio::test]
async fn a_change_by_this_process_is_honoured_without_a_report() {
    let env = TestEnv::new().await;
    let _feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    let mut stolen = browser.clone();
    assert_eq!(reads(&env, &mut stolen, "auth0|alice").await, 0);
    let before = env.token(&mut browser).await;
    let renewed = browser.get("/token/renewed").await.json();
    assert_ne!(renewed["fingerprint"], before["fingerprint"]);
    let after = env.token(&mut stolen).await;
    assert_eq!(after["fingerprint"], renewed["fingerprint"]);
    browser.post("/auth/logout", "").await;
    assert_eq!(stolen.whoami().await, "anonymous");
}

#[tokio::test]
async fn without_a_proof_of_the_last_moment_each_request_reads_the_store() {
    let env = TestEnv::new().await;
    let feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 0);
    // The channel is stalled: the last proof becomes old.
    let old = Instant::now().checked_sub(MAX_AGE).unwrap();
    feed.report(StoreChange::Current(old)).await;
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 1);
    let (_, elsewhere) = replica(&env).await;
    let mut other = browser.clone().with_router(&elsewhere);
    other.post("/auth/logout", "").await;
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_lost_feed_switches_the_cache_off_until_there_is_another_one() {
    let env = TestEnv::new().await;
    let feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 0);
    let next = env.store.open_feed();
    drop(feed);
    next.prove().await;
    // What was read before may have changed while there was no feed.
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 1);
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 0);
    env.store.set_failing(&["subscribe"]);
    drop(next);
    // Logged for each of the two losses.
    let is_lost = || {
        let log = test_support::log_capture::captured();
        log.matches("reports no changes").count() >= 2
    };
    test_support::wait_until(is_lost).await;
    for _ in 0..3 {
        assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 1);
    }
}

#[tokio::test]
async fn a_store_outage_is_noticed_when_the_feed_is_lost() {
    let env = TestEnv::new().await;
    let feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.store.set_unavailable(true);
    feed.report(StoreChange::Current(
        Instant::now().checked_sub(MAX_AGE).unwrap(),
    ))
    .await;
    assert_eq!(browser.whoami().await, "unknown");
    env.store.set_unavailable(false);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

/// The read returns what was before the change, and is kept after the report.
#[tokio::test]
async fn a_read_that_a_report_overtakes_is_not_kept() {
    let env = TestEnv::new().await;
    let feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    let login = env.store.login().await.id;
    env.clock.advance(61);
    let check = env.store.pause_next("check_session");
    let mut first = browser.clone();
    let first = tokio::spawn(async move { first.whoami().await });
    check.reached().await;
    env.store.delete_login(&login).await.unwrap();
    feed.report(StoreChange::Login(login)).await;
    check.release();
    // It has read the store before the logout.
    assert_eq!(first.await.unwrap(), "auth0|alice");
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_session_that_another_replica_uses_does_not_end_early_and_is_written_once_a_minute() {
    let limits = TestEnvBuilder::new().set("AUTH0_SESSION_INACTIVITY_DURATION", "120");
    let env = limits.build().await;
    let _feed = follow(&env, &env.auth0).await;
    let (_, elsewhere) = replica(&env).await;
    let mut browser = env.logged_in("alice").await;
    let mut other = browser.clone().with_router(&elsewhere);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(100);
    assert_eq!(other.whoami().await, "auth0|alice");
    assert_eq!(env.store.mark_used_count(), 1);
    // 120 seconds after the last use that this replica knows.
    env.clock.advance(21);
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 1);
    assert_eq!(env.store.mark_used_count(), 1, "written by the other one");
}

#[tokio::test]
async fn the_limits_of_a_session_apply_without_a_read() {
    let limits = TestEnvBuilder::new().set("AUTH0_SESSION_ABSOLUTE_DURATION", "120");
    let env = limits.build().await;
    let _feed = follow(&env, &env.auth0).await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(119);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(reads(&env, &mut browser, "auth0|alice").await, 0);
    env.clock.advance(1);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn the_question_when_the_session_ends_reads_the_store() {
    let env = TestEnv::new().await;
    let _feed = follow(&env, &env.auth0).await;
    let (_, elsewhere) = replica(&env).await;
    let mut browser = env.logged_in("alice").await;
    let mut other = browser.clone().with_router(&elsewhere);
    let before = browser.get("/auth/session").await.json();
    env.clock.advance(30);
    other.post("/auth/session", "").await;
    let after = browser.get("/auth/session").await.json();
    let moved = after["expires_at"].as_i64().unwrap() - before["expires_at"].as_i64().unwrap();
    assert_eq!(moved, 30, "moved by the other replica");
}
