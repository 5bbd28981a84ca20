//! A database in memory outlives cancelled requests and closed connections.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use sqlx::Connection as _;

use super::*;

const SCHEMA: &str = "CREATE TABLE rows (name TEXT NOT NULL); INSERT INTO rows VALUES ('first')";

async fn open() -> ConnectionPool {
    ConnectionPool::open(&Database::Memory, SCHEMA)
        .await
        .unwrap()
}

async fn list(pool: &ConnectionPool) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM rows")
        .fetch_all(&**pool)
        .await
        .unwrap()
}

/// Waits until the used connection is back in the pool: it returns in a task of its own.
async fn connection_returned(pool: &SqlitePool) {
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
async fn rows_in_memory_outlive_cancelled_requests() {
    let pool = open().await;
    for _ in 0..100 {
        connection_returned(&pool).await;
        poll_once_and_drop(list(&pool));
        assert_eq!(list(&pool).await, ["first"]);
    }
}

#[tokio::test]
async fn rows_in_memory_outlive_the_connections_of_the_pool() {
    let pool = open().await;
    let connection = pool.acquire().await.unwrap().detach();
    connection.close().await.unwrap();
    assert_eq!(list(&pool).await, ["first"]);
}

#[tokio::test]
async fn each_pool_in_memory_has_its_own_database() {
    let (one, other) = (open().await, open().await);
    sqlx::query("INSERT INTO rows VALUES ('second')")
        .execute(&*one)
        .await
        .unwrap();
    assert_eq!(list(&one).await, ["first", "second"]);
    assert_eq!(list(&other).await, ["first"]);
}
