//! Nothing is lost with a request that nobody waits for any more.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use sqlx::{Connection as _, SqlitePool};
use time::macros::date;

use super::*;

const TODAY: Date = date!(2026 - 11 - 20);
const ALICE: Owner<'_> = Owner {
    issuer: "https://tenant.example.com/",
    subject: "auth0|alice",
};

/// A connection that was used finds its way back in a task of its own.
async fn connection_returned(pool: &SqlitePool) {
    while pool.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
}

/// Begins a future and drops it at the first wait, as a server does when the client hangs up.
fn begin_and_drop(future: impl Future) {
    let mut context = Context::from_waker(Waker::noop());
    let _ = pin!(future).as_mut().poll(&mut context);
}

#[tokio::test]
async fn orders_in_memory_outlive_cancelled_requests() {
    let store = Store::open(&Database::Memory).await.unwrap();
    let before = store.list(ALICE, TODAY).await.unwrap();
    for _ in 0..100 {
        connection_returned(&store.0.pool).await;
        begin_and_drop(store.list(ALICE, TODAY));
        assert_eq!(store.list(ALICE, TODAY).await.unwrap(), before);
    }
}

#[tokio::test]
async fn orders_in_memory_outlive_the_connections_of_the_pool() {
    let store = Store::open(&Database::Memory).await.unwrap();
    let before = store.list(ALICE, TODAY).await.unwrap();
    let connection = store.0.pool.acquire().await.unwrap().detach();
    connection.close().await.unwrap();
    assert_eq!(store.list(ALICE, TODAY).await.unwrap(), before);
}

#[tokio::test]
async fn each_store_in_memory_is_a_database_of_its_own() {
    let (one, other) = (
        Store::open(&Database::Memory).await.unwrap(),
        Store::open(&Database::Memory).await.unwrap(),
    );
    let ids = |orders: Vec<Order>| orders.into_iter().map(|order| order.id).collect::<Vec<_>>();
    assert_ne!(
        ids(one.list(ALICE, TODAY).await.unwrap()),
        ids(other.list(ALICE, TODAY).await.unwrap())
    );
}
