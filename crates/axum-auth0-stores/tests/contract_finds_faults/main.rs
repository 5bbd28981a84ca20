//! The contract refuses a store that breaks one of its rules.

mod fault;
mod feed;
mod store;

use std::{panic, sync::Arc};

use axum_auth0_stores::contract::{
    Clock, Contract, StoreUnderTest, changes, cleanup, clock_skew, deletion, expiry, find_logins,
    leases, logins, records, run, swaps, transactions,
};

use self::{fault::Fault, store::FaultyStore};

/// Returns whether the store passes the test.
fn passes(fault: Fault, clock: Clock, test: impl AsyncFnOnce(Contract)) -> bool {
    let open = || async move { StoreUnderTest::new(Arc::new(FaultyStore::new(fault))) };
    panic::catch_unwind(panic::AssertUnwindSafe(|| run(clock, open, test))).is_ok()
}

macro_rules! finds {
    ($($name:ident: $subject:ident::$test:ident, $fault:ident, $clock:ident;)+) => {$(
        #[test]
        fn $name() {
            let clock = Clock::$clock;
            assert!(!passes(Fault::$fault, clock, $subject::$test));
            // With the store of the tests above, only its fault is the reason.
            if clock == Clock::Injected {
                assert!(passes(Fault::None, clock, $subject::$test));
            }
        }
    )+};
}

finds! {
    an_overwritten_login_is_found: logins::a_login_never_overwrites_another, CreateLoginOverwrites, Injected;
    a_last_use_that_moves_back_is_found: logins::the_last_use_moves_forward_only_and_nothing_else_changes, MarkUsedMovesBack, Injected;
    a_login_that_a_late_use_creates_is_found: deletion::a_deleted_login_is_returned_once_and_never_comes_back, MarkUsedCreates, Injected;
    a_login_that_a_use_in_flight_creates_is_found: deletion::a_change_of_a_login_in_flight_does_not_bring_it_back, MarkUsedCreates, Injected;
    a_swap_without_a_version_is_found: swaps::tokens_change_by_compare_and_swap, SwapIgnoresVersion, Injected;
    two_swaps_that_both_succeed_are_found: swaps::of_twenty_swaps_at_once_one_succeeds, SwapReportsNoConflict, Injected;
    a_lease_of_two_holders_is_found: leases::a_lease_has_one_holder_at_a_time, LeaseIgnoresHolder, Injected;
    a_lease_of_twenty_holders_is_found: leases::of_twenty_replicas_that_want_a_lease_one_gets_it, LeaseIgnoresHolder, Injected;
    a_hidden_abandonment_is_found: leases::an_abandoned_lease_is_reported_once, LeaseHidesAbandonment, Injected;
    a_hidden_expiry_of_a_lease_is_found: leases::a_lease_ends_at_the_second_until_which_it_was_acquired, LeaseHidesAbandonment, Injected;
    a_lease_that_another_holder_releases_is_found: leases::a_lease_has_one_holder_at_a_time, EndLeaseIgnoresHolder, Injected;
    a_login_that_remains_is_found: deletion::of_twenty_deletions_at_once_one_returns_the_login, DeleteLoginKeepsIt, Injected;
    a_lease_that_outlasts_its_login_is_found: leases::a_deleted_login_takes_its_lease_with_it, DeleteLoginKeepsIt, Injected;
    an_overwritten_record_is_found: records::a_record_is_created_once_and_changed_only_while_it_exists, CreateRecordOverwrites, Injected;
    records_that_overwrite_each_other_are_found: records::of_twenty_records_with_one_key_one_is_created, CreateRecordOverwrites, Injected;
    a_record_that_an_update_creates_is_found: records::a_record_is_created_once_and_changed_only_while_it_exists, UpdateRecordCreates, Injected;
    a_record_that_a_save_in_flight_creates_is_found: deletion::a_save_of_a_record_in_flight_does_not_bring_it_back, UpdateRecordCreates, Injected;
    an_expired_record_that_is_loaded_is_found: expiry::an_expired_record_is_not_loaded_and_opens_no_session, LoadRecordIgnoresExpiry, Injected;
    a_record_that_expires_late_is_found: expiry::a_record_expires_at_the_second_of_its_expiry, LoadRecordIgnoresExpiry, Injected;
    a_session_without_a_record_is_found: records::a_session_exists_if_its_record_and_its_login_exist, CheckSessionIgnoresRecord, Injected;
    a_transaction_that_is_accepted_twice_is_found: transactions::a_transaction_is_consumed_once, TransactionsAreForgotten, Injected;
    a_transaction_that_twenty_consume_is_found: transactions::of_twenty_consumers_of_a_transaction_one_succeeds, TransactionsAreForgotten, Injected;
    the_logins_of_another_issuer_are_found: find_logins::the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first, FindLoginsIgnoresIssuer, Injected;
    more_logins_than_the_limit_are_found: find_logins::the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first, FindLoginsIgnoresLimit, Injected;
    a_cleanup_without_a_limit_is_found: cleanup::a_cleanup_deletes_no_more_than_its_limit, CleanupIgnoresLimit, Injected;
    a_cleanup_of_sessions_in_use_is_found: cleanup::expired_and_idle_rows_are_deleted_and_nothing_else, CleanupDeletesTooMuch, Injected;
    a_cleanup_that_does_nothing_is_found: cleanup::cleanups_of_several_replicas_at_once_succeed, CleanupDeletesNothing, Injected;
    an_unreported_deletion_of_a_login_is_found: changes::a_deleted_login_is_reported_to_every_process, FeedMissesDeletedLogins, Injected;
    an_unreported_swap_is_found: changes::replaced_tokens_are_reported, FeedMissesSwaps, Injected;
    an_unreported_deletion_of_a_record_is_found: changes::a_deleted_record_is_reported, FeedMissesDeletedRecords, Injected;
    an_unreported_cleanup_is_found: changes::idle_logins_that_the_cleanup_deletes_are_reported, FeedMissesCleanup, Injected;
    a_proof_before_the_changes_is_found: changes::no_change_is_missing_when_a_feed_is_current, FeedIsCurrentTooEarly, Injected;
    a_feed_that_proves_nothing_is_found: changes::a_feed_is_current_again_and_again, FeedIsNeverCurrent, Injected;
    a_feed_with_old_proofs_is_found: changes::a_feed_is_current_again_and_again, FeedIsLate, Injected;
    a_lease_by_the_clock_of_a_replica_ahead_is_found: clock_skew::a_replica_whose_clock_is_ahead_gets_no_lease_of_another, None, Server;
    a_lease_by_the_clock_of_a_replica_behind_is_found: clock_skew::a_lease_of_a_replica_whose_clock_is_behind_lasts, None, Server;
    a_lease_that_lasts_an_hour_longer_is_found: clock_skew::a_lease_of_a_replica_whose_clock_is_ahead_ends_in_time, None, Server;
    a_session_that_ends_early_is_found: clock_skew::a_replica_whose_clock_is_ahead_still_finds_sessions_that_live, None, Server;
    a_session_that_ends_late_is_found: clock_skew::a_replica_whose_clock_is_behind_finds_no_session_that_ended, None, Server;
    a_cleanup_by_the_clock_of_a_replica_is_found: clock_skew::a_replica_whose_clock_is_ahead_deletes_nothing_that_lives, None, Server;
}
