//! Nothing is lost with a request that nobody waits for any more.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use sqlx::{Connection as _, SqlitePool};

use super::*;

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
async fn products_in_memory_outlive_cancelled_requests() {
    let store = Store::open(&Database::Memory).await.unwrap();
    let before = store.list(ALICE).await.unwrap();
    for _ in 0..100 {
        connection_returned(&store.0.pool).await;
        begin_and_drop(store.list(ALICE));
        assert_eq!(store.list(ALICE).await.unwrap(), before);
    }
}

#[tokio::test]
async fn products_in_memory_outlive_the_connections_of_the_pool() {
    let store = Store::open(&Database::Memory).await.unwrap();
    let before = store.list(ALICE).await.unwrap();
    let connection = store.0.pool.acquire().await.unwrap().detach();
    connection.close().await.unwrap();
    assert_eq!(store.list(ALICE).await.unwrap(), before);
}

#[tokio::test]
async fn each_store_in_memory_is_a_database_of_its_own() {
    let (one, other) = (
        Store::open(&Database::Memory).await.unwrap(),
        Store::open(&Database::Memory).await.unwrap(),
    );
    let ids = |products: Vec<Product>| -> Vec<String> {
        products.into_iter().map(|product| product.id).collect()
    };
    assert_ne!(
        ids(one.list(ALICE).await.unwrap()),
        ids(other.list(ALICE).await.unwrap())
    );
}
