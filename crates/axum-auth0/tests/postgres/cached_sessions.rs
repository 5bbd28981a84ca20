//! Sessions that are used without a read, while `PostgreSQL` reports the changes of other replicas.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum_auth0::PostgresStore;
use http::StatusCode;
use test_databases::{PostgresDatabase, postgres};
use test_support::{Browser, TestApp as _, TestEnv};

use crate::{App, log_statements, site_on, statements};

/// Waits until a page view of this replica reads nothing.
async fn wait_until_cached(env: &TestEnv<App>, browser: &mut Browser) {
    let start = Instant::now();
    loop {
        let before = env.store.read_count();
        assert_eq!(browser.whoami().await, "auth0|alice");
        if env.store.read_count() == before {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "always a read");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_view_of_a_cached_session_is_no_statement_within_the_minute() {
    let Some(server) = postgres::server() else {
        return;
    };
    let database = server.create_database();
    log_statements(&database);
    let env = site_on(&database).await;
    drop(env.auth0.spawn_maintenance());
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    wait_until_cached(&env, &mut browser).await;
    let before = statements(&server).len();
    // On a busy machine a proof can be late, and a view reads the store then.
    let mut views = Vec::new();
    for _ in 0..20 {
        let before = statements(&server).len();
        for path in ["/whoami", "/token"].repeat(10) {
            assert_eq!(browser.get(path).await.status, StatusCode::OK);
        }
        views = statements(&server).split_off(before);
        if views.is_empty() {
            break;
        }
    }
    assert!(views.is_empty(), "{views:#?}");
    let all = statements(&server).split_off(before);
    let is_write = |line: &&String| !line.contains(": SELECT");
    assert_eq!(all.iter().filter(is_write).count(), 0, "{all:#?}");

    env.clock.advance(61);
    let before = statements(&server).len();
    assert_eq!(browser.whoami().await, "auth0|alice");
    let first = statements(&server).split_off(before);
    let writes = first.iter().filter(|line| line.contains(": UPDATE"));
    assert_eq!((first.len(), writes.count()), (2, 1), "{first:#?}");
}

/// Another replica, where `browser` is signed in.
async fn elsewhere(env: &TestEnv<App>, database: &PostgresDatabase, browser: &Browser) -> Browser {
    let store = PostgresStore::connect(database.url()).await.unwrap();
    let replica = env.auth0_builder().store(Arc::new(store));
    let replica = replica.build().await.unwrap();
    let router = replica.wrap(env.app.router());
    let mut elsewhere = browser.clone().with_router(&router);
    assert_eq!(elsewhere.whoami().await, "auth0|alice");
    elsewhere
}

/// Logs out at another replica. No request that starts a second later has a user.
async fn revoke(mut elsewhere: Browser, browser: &mut Browser) {
    elsewhere.post("/auth/logout", "").await;
    let revoked = Instant::now();
    loop {
        let start = revoked.elapsed();
        if browser.whoami().await == "anonymous" {
            println!("honoured after {start:?}");
            return;
        }
        assert!(start < Duration::from_secs(1), "still signed in");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_by_another_replica_is_honoured_within_a_second() {
    let Some(database) = postgres::database() else {
        return;
    };
    let env = site_on(&database).await;
    drop(env.auth0.spawn_maintenance());
    let mut browser = env.logged_in("alice").await;
    let elsewhere = elsewhere(&env, &database, &browser).await;
    wait_until_cached(&env, &mut browser).await;
    revoke(elsewhere, &mut browser).await;
}

/// The listening connection stays open, nothing arrives on it, and the other connections work.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_honoured_within_a_second_although_the_channel_is_stalled() {
    let Some(database) = postgres::database() else {
        return;
    };
    let env = site_on(&database).await;
    drop(env.auth0.spawn_maintenance());
    let mut browser = env.logged_in("alice").await;
    wait_until_cached(&env, &mut browser).await;
    let backend = database.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    let backend = backend.parse().unwrap();
    let elsewhere = elsewhere(&env, &database, &browser).await;
    wait_until_cached(&env, &mut browser).await;
    test_databases::stop(backend);
    revoke(elsewhere, &mut browser).await;
    test_databases::resume(backend);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_honoured_within_a_second_after_the_channel_was_lost_and_is_back() {
    let Some(database) = postgres::database() else {
        return;
    };
    let env = site_on(&database).await;
    drop(env.auth0.spawn_maintenance());
    let mut browser = env.logged_in("alice").await;
    wait_until_cached(&env, &mut browser).await;
    let elsewhere = elsewhere(&env, &database, &browser).await;
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    // By a new subscription.
    wait_until_cached(&env, &mut browser).await;
    revoke(elsewhere, &mut browser).await;
}
