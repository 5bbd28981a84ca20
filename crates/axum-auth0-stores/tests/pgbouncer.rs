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

    // All rules but those of reported changes, which do not pass a pooler in this mode.
    axum_auth0_stores::contract_tests!(@Server, open, [
        leases::a_lease_ends_when_its_time_has_passed_at_the_server,
        clock_skew::a_replica_whose_clock_is_ahead_gets_no_lease_of_another,
        clock_skew::a_lease_of_a_replica_whose_clock_is_behind_lasts,
        clock_skew::a_lease_of_a_replica_whose_clock_is_ahead_ends_in_time,
        clock_skew::a_replica_whose_clock_is_ahead_still_finds_sessions_that_live,
        clock_skew::a_replica_whose_clock_is_behind_finds_no_session_that_ended,
        clock_skew::a_replica_whose_clock_is_ahead_deletes_nothing_that_lives,
        logins::a_login_is_loaded_as_it_was_created,
        logins::texts_and_numbers_of_every_kind_are_kept,
        logins::a_login_never_overwrites_another,
        logins::the_last_use_moves_forward_only_and_nothing_else_changes,
        logins::logins_are_counted,
        logins::what_one_replica_writes_the_other_reads,
        find_logins::the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first,
        swaps::tokens_change_by_compare_and_swap,
        swaps::of_twenty_swaps_at_once_one_succeeds,
        leases::a_lease_has_one_holder_at_a_time,
        leases::an_abandoned_lease_is_reported_once,
        leases::of_twenty_replicas_that_want_a_lease_one_gets_it,
        leases::of_twenty_replicas_that_want_an_abandoned_lease_one_gets_it,
        leases::a_deleted_login_takes_its_lease_with_it,
        records::a_record_is_created_once_and_changed_only_while_it_exists,
        records::of_twenty_records_with_one_key_one_is_created,
        records::a_session_exists_if_its_record_and_its_login_exist,
        expiry::an_expired_record_is_not_loaded_and_opens_no_session,
        deletion::a_deleted_login_is_returned_once_and_never_comes_back,
        deletion::of_twenty_deletions_at_once_one_returns_the_login,
        deletion::a_change_of_a_login_in_flight_does_not_bring_it_back,
        deletion::a_save_of_a_record_in_flight_does_not_bring_it_back,
        deletion::a_lease_in_flight_does_not_outlast_its_login,
        transactions::a_transaction_is_consumed_once,
        transactions::of_twenty_consumers_of_a_transaction_one_succeeds,
        cleanup::expired_and_idle_rows_are_deleted_and_nothing_else,
        cleanup::a_cleanup_deletes_no_more_than_its_limit,
        cleanup::cleanups_of_several_replicas_at_once_succeed,
    ]);
}
