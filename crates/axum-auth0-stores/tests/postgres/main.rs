//! The contract of all stores on `PostgreSQL`, and what is special about it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod changes;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum_auth0_core::store::{LoginId, LoginRecord, SharedStore};
use axum_auth0_stores::{PostgresOptions, PostgresStore, contract::StoreUnderTest};
use futures::future::join_all;
use test_databases::postgres;

async fn open() -> Option<StoreUnderTest> {
    let database = postgres::database()?;
    let store = PostgresStore::connect(database.url()).await.unwrap();
    let replica = PostgresStore::connect(database.url()).await.unwrap();
    Some(StoreUnderTest::new(Arc::new(store)).with_replica(Arc::new(replica)))
}

axum_auth0_stores::contract_tests!(clock: server, open);

/// While two versions run side by side, the newer one may have added columns. They have defaults.
mod with_columns_of_a_newer_version {
    use super::*;

    async fn open() -> Option<StoreUnderTest> {
        let database = postgres::database()?;
        let store = PostgresStore::connect(database.url()).await.unwrap();
        let replica = PostgresStore::connect(database.url()).await.unwrap();
        for table in ["logins", "records", "transactions"] {
            database.execute(&format!(
                "ALTER TABLE auth0_{table} ADD COLUMN newer text NOT NULL DEFAULT 'x'"
            ));
        }
        Some(StoreUnderTest::new(Arc::new(store)).with_replica(Arc::new(replica)))
    }

    axum_auth0_stores::contract_tests!(clock: server, open);
}

fn id(n: u32) -> LoginId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    LoginId::from_bytes(bytes)
}

fn login(n: u32) -> LoginRecord {
    LoginRecord {
        id: id(n),
        issuer: "https://tenant.example/".to_owned(),
        subject: format!("auth0|{n:024}"),
        provider_session: Some(format!("{n:032}")),
        created_at: 1_767_225_600,
        last_seen_at: 1_767_225_600,
        expires_at: 4_000_000_000,
        version: 0,
        tokens: vec![7; 100],
        details: vec![8; 100],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_stores_that_start_at_once_on_an_empty_database_all_start() {
    let Some(database) = postgres::database() else {
        return;
    };
    let stores = join_all((0..8).map(|_| PostgresStore::connect(database.url()))).await;
    for (n, store) in (0..).zip(stores) {
        let store: SharedStore = Arc::new(store.unwrap());
        store.create_login(login(n)).await.unwrap();
    }
    assert_eq!(database.execute("SELECT count(*) FROM auth0_logins"), "8");
    assert_eq!(database.execute("SELECT version FROM auth0_schema"), "2");
}

#[tokio::test]
async fn a_newer_schema_is_an_error_that_says_so_and_is_left_alone() {
    let Some(database) = postgres::database() else {
        return;
    };
    drop(PostgresStore::connect(database.url()).await.unwrap());
    database.execute("UPDATE auth0_schema SET version = 999");
    let error = PostgresStore::connect(database.url()).await.unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("newer version") && error.contains("999"),
        "{error}"
    );
    assert_eq!(database.execute("SELECT version FROM auth0_schema"), "999");
}

#[tokio::test]
async fn a_user_without_the_right_to_create_tables_uses_those_that_exist() {
    let Some(database) = postgres::database() else {
        return;
    };
    drop(PostgresStore::connect(database.url()).await.unwrap());
    database.execute(
        "DO $$ BEGIN CREATE ROLE site LOGIN; EXCEPTION WHEN duplicate_object THEN END $$; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO site",
    );
    let url = database.url().replace("postgres@", "site@");
    let store: SharedStore = Arc::new(PostgresStore::connect(&url).await.unwrap());
    store.create_login(login(1)).await.unwrap();
    assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(login(1)));
}

#[tokio::test]
async fn a_schema_in_the_search_path_has_the_tables() {
    let Some(database) = postgres::database() else {
        return;
    };
    database.execute("CREATE SCHEMA sessions");
    let url = format!("{}?options[search_path]=sessions", database.url());
    let store: SharedStore = Arc::new(PostgresStore::connect(&url).await.unwrap());
    store.create_login(login(1)).await.unwrap();
    assert_eq!(
        database.execute("SELECT count(*) FROM sessions.auth0_logins"),
        "1"
    );
}

#[tokio::test]
async fn the_password_is_in_no_error_and_not_in_debug() {
    let secret = "s3cr3t-planted";
    for url in [
        format!("postgres://user:{secret}@127.0.0.1:1/db"),
        format!("postgres://user:{secret}@127.0.0.1:port/db"),
        format!("postgres://user:{secret}@127.0.0.1:1/db?sslmode={secret}"),
    ] {
        match PostgresOptions::from_url(&url) {
            Ok(mut options) => {
                assert!(!format!("{options:?}").contains(secret));
                options.acquire_timeout = Duration::from_millis(200);
                let error = PostgresStore::open(options).await.unwrap_err();
                assert!(!format!("{error} {error:?}").contains(secret), "{error}");
            }
            Err(error) => assert!(!format!("{error} {error:?}").contains(secret), "{error}"),
        }
    }
}

fn fast(url: &str) -> PostgresOptions {
    let mut options = PostgresOptions::from_url(url).unwrap();
    options.acquire_timeout = Duration::from_millis(500);
    options.statement_timeout = Duration::from_millis(500);
    options.max_connections = 2;
    options
}

/// Waits until the store responds again.
async fn recovered(store: &SharedStore) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if store
            .load_login(&id(1))
            .await
            .is_ok_and(|found| found.is_some())
        {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_an_error_within_a_bounded_time_and_the_store_recovers() {
    let Some(server) = postgres::server() else {
        return;
    };
    let options = fast(server.create_database().url());
    let store: SharedStore = Arc::new(PostgresStore::open(options).await.unwrap());
    store.create_login(login(1)).await.unwrap();
    server.pause();
    let start = Instant::now();
    let login_id = id(1);
    let attempts = (0..20).map(|_| store.load_login(&login_id));
    for outcome in join_all(attempts).await {
        outcome.unwrap_err();
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    server.resume();
    assert!(recovered(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_survives_that_its_server_is_killed_and_restarted() {
    let Some(server) = postgres::server() else {
        return;
    };
    let options = fast(server.create_database().url());
    let store: SharedStore = Arc::new(PostgresStore::open(options).await.unwrap());
    store.create_login(login(1)).await.unwrap();
    server.kill();
    store.load_login(&id(1)).await.unwrap_err();
    store.mark_used(&id(1), 1).await.unwrap_err();
    server.restart();
    assert!(recovered(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_leaves_the_store_usable() {
    let Some(database) = postgres::database() else {
        return;
    };
    let mut options = fast(database.url());
    options.acquire_timeout = Duration::from_secs(10);
    let store: SharedStore = Arc::new(PostgresStore::open(options).await.unwrap());
    store.create_login(login(1)).await.unwrap();
    for _ in 0..20 {
        let login_id = id(1);
        let mut load = store.load_login(&login_id);
        // Polled once: the statement may be under way.
        let _ = futures::poll!(&mut load);
    }
    assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(login(1)));
}

/// What the indexes are for, with more rows than fit into a few pages.
#[tokio::test]
async fn logins_are_found_and_cleaned_up_by_an_index() {
    let Some(database) = postgres::database() else {
        return;
    };
    drop(PostgresStore::connect(database.url()).await.unwrap());
    database.execute(
        "INSERT INTO auth0_logins (id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens, details) \
         SELECT sha256(n::text::bytea), 'i', n::text::bytea, n::text::bytea, n, 1900000000 + n, 4000000000, 0, '', '' \
         FROM generate_series(1, 20000) AS n; ANALYZE auth0_logins",
    );
    for (condition, index) in [
        (
            "sha256(subject) = sha256('7') AND subject = '7' ORDER BY created_at DESC LIMIT 9",
            "auth0_logins_by_subject",
        ),
        (
            "sha256(provider_session) = sha256('7') AND provider_session = '7' ORDER BY created_at DESC LIMIT 9",
            "auth0_logins_by_provider_session",
        ),
        (
            "expires_at <= floor(extract(epoch FROM now()))::bigint LIMIT 9",
            "auth0_logins_by_end",
        ),
        (
            "last_seen_hour <= (floor(extract(epoch FROM now()))::bigint - 1795000000) / 3600 LIMIT 9",
            "auth0_logins_by_last_use",
        ),
    ] {
        let plan = database.execute(&format!(
            "EXPLAIN SELECT id FROM auth0_logins WHERE {condition}"
        ));
        assert!(plan.contains(index), "{plan}");
    }
}
