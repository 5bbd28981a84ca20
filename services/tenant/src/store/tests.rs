//! Tests of limits and cleanup, and of a database in memory when a request is cancelled.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use secrecy::SecretString;
use sqlx::Connection as _;

use super::{grants::Grant, *};
use crate::settings::UserSettings;

const TABLES: [&str; 6] = [
    "SELECT count(*) FROM pushed_requests",
    "SELECT count(*) FROM login_transactions",
    "SELECT count(*) FROM sso_sessions",
    "SELECT count(*) FROM grants",
    "SELECT count(*) FROM refresh_tokens",
    "SELECT count(*) FROM access_tokens",
];

async fn store() -> Store {
    let store = Store::open(&Database::Memory).await.unwrap();
    let mut connection = store.connection().await.unwrap();
    let user = UserSettings {
        sub: "auth0|alice".to_owned(),
        email: "alice@example.com".to_owned(),
        password: SecretString::from("local-only"),
        given_name: "Alice".to_owned(),
        family_name: "Example".to_owned(),
        permissions: None,
        connections: Vec::new(),
        roles: Vec::new(),
        second_factor: false,
    };
    users::sync_from_settings(&mut connection, &[user], 0)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO applications (client_id, secret_hash, definition) VALUES ('app', '', '{}')",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
    drop(connection);
    store
}

fn grant(id: &str, expires_at: i64) -> Grant {
    Grant {
        id: id.to_owned(),
        client_id: "app".to_owned(),
        sub: "auth0|alice".to_owned(),
        sid: "sid".to_owned(),
        audience: None,
        scope: "openid".to_owned(),
        auth_time: 0,
        show_auth_time: false,
        second_factor: false,
        created_at: 0,
        expires_at,
    }
}

/// The pool takes a connection back in a separate task.
async fn wait_for_idle_connection(pool: &SqlitePool) {
    while pool.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
}

/// Polls a future once and drops it, as a server does when the client disconnects.
fn poll_once_and_drop(future: impl Future) {
    let mut context = Context::from_waker(Waker::noop());
    let _ = pin!(future).as_mut().poll(&mut context);
}

#[tokio::test]
async fn a_database_in_memory_survives_cancelled_requests() {
    let store = store().await;
    for _ in 0..100 {
        wait_for_idle_connection(&store.pool).await;
        poll_once_and_drop(store.connection());
        let mut connection = store.connection().await.unwrap();
        let alice = users::find(&mut connection, "auth0|alice").await;
        assert!(alice.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_database_in_memory_survives_the_connection_of_the_pool() {
    let store = store().await;
    let connection = store.connection().await.unwrap().detach();
    connection.close().await.unwrap();
    let mut connection = store.connection().await.unwrap();
    let alice = users::find(&mut connection, "auth0|alice").await;
    assert!(alice.unwrap().is_some());
}

#[tokio::test]
async fn expired_rows_are_deleted_and_others_remain() {
    let store = store().await;
    let mut connection = store.connection().await.unwrap();
    for (name, until) in [("old", 100), ("new", 101)] {
        grants::insert(&mut connection, &grant(name, until))
            .await
            .unwrap();
        tokens::issue_refresh_token(&mut connection, name, until)
            .await
            .unwrap();
        tokens::issue_access_token(&mut connection, name, "openid", until)
            .await
            .unwrap();
        for insert in [
            "INSERT INTO pushed_requests VALUES (?1, 'app', '', ?2)",
            "INSERT INTO login_transactions VALUES (?1, 'app', '', NULL, ?2)",
            "INSERT INTO sso_sessions VALUES (?1, ?1, 'auth0|alice', 0, ?2, ?2)",
        ] {
            sqlx::query(insert)
                .bind(name)
                .bind(until)
                .execute(&mut *connection)
                .await
                .unwrap();
        }
    }
    drop(connection);
    store.delete_expired(100).await.unwrap();
    let mut connection = store.connection().await.unwrap();
    for table in TABLES {
        let count: i64 = sqlx::query_scalar(table)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(count, 1, "{table}");
    }
}

#[tokio::test]
async fn a_user_keeps_the_newest_two_hundred_grants_of_an_application() {
    let store = store().await;
    let mut connection = store.begin().await.unwrap();
    for number in 0..205 {
        grants::insert(&mut connection, &grant(&number.to_string(), 100))
            .await
            .unwrap();
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM grants")
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    assert_eq!(count, 200);
    assert!(grants::find(&mut connection, "4").await.unwrap().is_none());
    assert!(grants::find(&mut connection, "5").await.unwrap().is_some());
    assert!(
        grants::find(&mut connection, "204")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_database_of_another_version_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("tenant.db"));
    let store = Store::open(&database).await.unwrap();
    let mut connection = store.connection().await.unwrap();
    sqlx::query("PRAGMA user_version = 99")
        .execute(&mut *connection)
        .await
        .unwrap();
    drop(connection);
    store.pool.close().await;
    assert!(matches!(
        Store::open(&database).await,
        Err(OpenError::SchemaVersion)
    ));
}
