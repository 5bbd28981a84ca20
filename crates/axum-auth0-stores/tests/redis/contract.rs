//! The contract of all stores, with two connections to one server.

use axum_auth0_stores::contract::StoreUnderTest;

use crate::connect;

async fn open() -> Option<StoreUnderTest> {
    let url = test_databases::redis::database()?;
    let (store, replica) = (connect(&url).await, connect(&url).await);
    Some(StoreUnderTest::new(store).with_replica(replica))
}

axum_auth0_stores::contract_tests!(clock: server, open);
