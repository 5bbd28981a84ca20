//! Reports of changes: what the triggers report, and how a lost or stalled connection is noticed.

use std::{sync::Arc, time::Duration};

use axum_auth0_core::store::{ChangeFeed, SharedStore, StoreChange, StoreError};
use axum_auth0_stores::PostgresStore;
use test_databases::{
    PostgresDatabase, or_skip,
    postgres::{self, PgBouncer, PoolMode},
};
use tokio::time::{Instant, timeout};

use crate::{id, login};

type Feed = Box<dyn ChangeFeed>;

async fn open(database: &PostgresDatabase) -> (SharedStore, Feed) {
    let store: SharedStore = Arc::new(PostgresStore::connect(database.url()).await.unwrap());
    let feed = store.subscribe().await.unwrap().unwrap();
    (store, feed)
}

/// Returns what is reported until all that is complete now was reported.
async fn reported(feed: &mut Feed) -> Result<Vec<StoreChange>, StoreError> {
    let (now, mut changes) = (Instant::now(), Vec::new());
    loop {
        match feed.next().await? {
            StoreChange::Current(at) if at >= now => return Ok(changes),
            StoreChange::Current(_) => {}
            change => changes.push(change),
        }
    }
}

async fn error_of(feed: &mut Feed) -> StoreError {
    let error = async {
        loop {
            if let Err(error) = feed.next().await {
                return error;
            }
        }
    };
    timeout(Duration::from_secs(30), error).await.unwrap()
}

#[tokio::test]
async fn ended_logins_are_reported_also_by_hand_and_by_an_earlier_version() {
    let Some(database) = postgres::database() else {
        return;
    };
    let (store, mut feed) = open(&database).await;
    for n in 1..=3 {
        store.create_login(login(n)).await.unwrap();
    }
    assert_eq!(reported(&mut feed).await.unwrap(), []);
    database.execute("DELETE FROM auth0_logins WHERE subject = convert_to('auth0|000000000000000000000001', 'UTF8')");
    database.execute("UPDATE auth0_logins SET expires_at = 1 WHERE created_at > 0");
    let changes = reported(&mut feed).await.unwrap();
    let expected = [
        StoreChange::Login(id(1)),
        StoreChange::Login(id(2)),
        StoreChange::Login(id(3)),
    ];
    assert_eq!(changes.len(), expected.len(), "{changes:?}");
    assert!(expected.iter().all(|change| changes.contains(change)));
}

#[tokio::test]
async fn a_truncated_table_ends_the_feed() {
    let Some(database) = postgres::database() else {
        return;
    };
    for table in ["auth0_logins", "auth0_records"] {
        let (_store, mut feed) = open(&database).await;
        reported(&mut feed).await.unwrap();
        database.execute(&format!("TRUNCATE {table}"));
        let error = error_of(&mut feed).await.to_string();
        assert!(error.contains("all sessions"), "{error}");
    }
}

/// A report wakes every replica, so the write of each minute must not cause one.
#[tokio::test]
async fn the_last_use_and_the_lease_are_not_reported() {
    let Some(database) = postgres::database() else {
        return;
    };
    let (store, mut feed) = open(&database).await;
    store.create_login(login(1)).await.unwrap();
    store.mark_used(&id(1), 1_900_000_000).await.unwrap();
    store.lease_login(&id(1), &[1; 16], 0, 60).await.unwrap();
    store.end_lease(&id(1), &[1; 16]).await.unwrap();
    assert_eq!(reported(&mut feed).await.unwrap(), []);
}

#[tokio::test]
async fn a_closed_connection_ends_the_feed() {
    let Some(database) = postgres::database() else {
        return;
    };
    let (_store, mut feed) = open(&database).await;
    reported(&mut feed).await.unwrap();
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    error_of(&mut feed).await;
}

/// The connection stays open, the server answers others, and nothing is delivered.
#[tokio::test]
async fn a_stalled_connection_proves_nothing_and_ends_the_feed() {
    let Some(database) = postgres::database() else {
        return;
    };
    let (store, mut feed) = open(&database).await;
    reported(&mut feed).await.unwrap();
    let backend = database.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    let backend = backend.parse().unwrap();
    test_databases::stop(backend);
    let stopped_at = Instant::now();
    store.create_login(login(1)).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let error = loop {
        match feed.next().await {
            Ok(StoreChange::Current(at)) => assert!(at <= stopped_at, "a proof without a channel"),
            Ok(change) => panic!("{change:?}"),
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("delivers no notifications"), "{error}");
    test_databases::resume(backend);
    // A new subscription works.
    let mut feed = store.subscribe().await.unwrap().unwrap();
    reported(&mut feed).await.unwrap();
}

#[tokio::test]
async fn a_database_of_the_version_without_reports_is_updated_and_keeps_its_sessions() {
    let Some(database) = postgres::database() else {
        return;
    };
    database.execute(include_str!("../../src/postgres/schema.sql"));
    database.execute("CREATE TABLE auth0_schema (version integer NOT NULL)");
    database.execute("INSERT INTO auth0_schema VALUES (1)");
    database.execute(
        "INSERT INTO auth0_logins (id, issuer, subject, created_at, last_seen_at, expires_at, version, tokens, details) \
         VALUES (decode(repeat('07', 16), 'hex'), 'i', 's', 1, 1, 4000000000, 0, '', '')",
    );
    let (store, mut feed) = open(&database).await;
    let login = axum_auth0_core::store::LoginId::from_bytes([7; 16]);
    assert!(store.delete_login(&login).await.unwrap().is_some());
    let changes = reported(&mut feed).await.unwrap();
    assert_eq!(changes, [StoreChange::Login(login)]);
}

/// A server connection that is lent for one transaction receives notifications while no client has it.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_in_transaction_mode_nothing_is_proved() {
    let Some(database) = postgres::database() else {
        return;
    };
    // With an older one, no statement of sqlx works.
    let pooler = PgBouncer::start_with_statements(&database);
    let Some(pooler) = or_skip(pooler, "REQUIRE_PGBOUNCER_1_21") else {
        return;
    };
    let store = PostgresStore::connect(&pooler.url(&database))
        .await
        .unwrap();
    let store: SharedStore = Arc::new(store);
    store.create_login(login(1)).await.unwrap();
    let Ok(feed) = store.subscribe().await else {
        return;
    };
    let mut feed = feed.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let first = feed.next().await;
    let error = first.err().unwrap().to_string();
    assert!(error.contains("delivers no notifications"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_in_session_mode_changes_are_reported() {
    let Some(database) = postgres::database() else {
        return;
    };
    let Some(pooler) = database.pooler(PoolMode::Session) else {
        return;
    };
    let store = PostgresStore::connect(&pooler.url(&database))
        .await
        .unwrap();
    let store: SharedStore = Arc::new(store);
    store.create_login(login(1)).await.unwrap();
    let mut feed = store.subscribe().await.unwrap().unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let changes = reported(&mut feed).await.unwrap();
    assert_eq!(changes, [StoreChange::Login(id(1))]);
}
