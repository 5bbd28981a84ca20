//! The contract of all stores on `PostgreSQL` behind `PgBouncer`, with the settings of `docs/deploying.md`.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, OnceLock};

use axum_auth0_stores::{PostgresStore, contract::StoreUnderTest};
use test_databases::{
    Missing, PostgresDatabase, REQUIRE_DATABASES, or_skip,
    postgres::{self, PgBouncer, PoolMode},
};

/// The variable that makes a `PgBouncer` without prepared statements in transaction mode a failure.
const REQUIRE_PREPARED_STATEMENTS: &str = "REQUIRE_PGBOUNCER_1_21";

/// Returns two stores on a new database behind the pooler.
async fn open(
    shared: &OnceLock<Result<PgBouncer, Missing>>,
    start: impl FnOnce(&PostgresDatabase) -> Result<PgBouncer, Missing>,
    require: &str,
) -> Option<StoreUnderTest> {
    let database = postgres::database()?;
    let pooler = shared.get_or_init(|| start(&database));
    let pooler = or_skip(pooler.as_ref().map_err(|missing| *missing), require)?;
    let url = pooler.url(&database);
    let store = PostgresStore::connect(&url).await.unwrap();
    let replica = PostgresStore::connect(&url).await.unwrap();
    Some(StoreUnderTest::new(Arc::new(store)).with_replica(Arc::new(replica)))
}

mod in_session_mode {
    use super::*;

    static POOLER: OnceLock<Result<PgBouncer, Missing>> = OnceLock::new();

    async fn open() -> Option<StoreUnderTest> {
        let start = |database: &PostgresDatabase| PgBouncer::start(database, PoolMode::Session);
        super::open(&POOLER, start, REQUIRE_DATABASES).await
    }

    axum_auth0_stores::contract_tests!(clock: server, open);
}

mod in_transaction_mode {
    use super::*;

    static POOLER: OnceLock<Result<PgBouncer, Missing>> = OnceLock::new();

    async fn open() -> Option<StoreUnderTest> {
        super::open(
            &POOLER,
            PgBouncer::start_with_statements,
            REQUIRE_PREPARED_STATEMENTS,
        )
        .await
    }

    axum_auth0_stores::contract_tests!(clock: server, without: changes, open);
}
