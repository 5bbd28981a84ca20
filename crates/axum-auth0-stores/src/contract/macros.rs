//! The list of all tests.

/// Makes a test of each rule of the [contract](crate::contract) for stores.
///
/// `contract_tests!(clock: injected, open)` for a store that compares times with the argument `now`, and
/// `contract_tests!(clock: server, open)` for one that has the clock of a server. `open` is a function that returns a future
/// of [`StoreUnderTest`](crate::contract::StoreUnderTest), or of an `Option` of it.
///
/// `contract_tests!(clock: server, without: changes, open)` leaves out the rules of reported changes, for a connection that does
/// not deliver them, such as one of a pooler in transaction mode.
#[macro_export]
macro_rules! contract_tests {
    (clock: injected, $open:expr) => {
        $crate::common_contract_tests!(Injected, $open);
        $crate::change_contract_tests!(Injected, $open);
        $crate::contract_tests!(@Injected, $open, [
            leases::a_lease_ends_at_the_second_until_which_it_was_acquired,
            expiry::a_record_expires_at_the_second_of_its_expiry,
            cleanup::what_ends_at_this_second_is_deleted_and_what_ends_at_the_next_is_kept,
        ]);
    };
    (clock: server, without: changes, $open:expr) => {
        $crate::common_contract_tests!(Server, $open);
        $crate::contract_tests!(@Server, $open, [
            leases::a_lease_ends_when_its_time_has_passed_at_the_server,
            clock_skew::a_replica_whose_clock_is_ahead_gets_no_lease_of_another,
            clock_skew::a_lease_of_a_replica_whose_clock_is_behind_lasts,
            clock_skew::a_lease_of_a_replica_whose_clock_is_ahead_ends_in_time,
            clock_skew::a_replica_whose_clock_is_ahead_still_finds_sessions_that_live,
            clock_skew::a_replica_whose_clock_is_behind_finds_no_session_that_ended,
            clock_skew::a_replica_whose_clock_is_ahead_deletes_nothing_that_lives,
        ]);
    };
    (clock: server, $open:expr) => {
        $crate::contract_tests!(clock: server, without: changes, $open);
        $crate::change_contract_tests!(Server, $open);
    };
    (@$clock:ident, $open:expr, [$($subject:ident :: $test:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $test() {
                $crate::contract::run(
                    $crate::contract::Clock::$clock,
                    $open,
                    $crate::contract::$subject::$test,
                );
            }
        )+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! common_contract_tests {
    ($clock:ident, $open:expr) => {
        $crate::contract_tests!(@$clock, $open, [
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
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! change_contract_tests {
    ($clock:ident, $open:expr) => {
        $crate::contract_tests!(@$clock, $open, [
            changes::a_deleted_login_is_reported_to_every_process,
            changes::replaced_tokens_are_reported,
            changes::a_deleted_record_is_reported,
            changes::idle_logins_that_the_cleanup_deletes_are_reported,
            changes::no_change_is_missing_when_a_feed_is_current,
            changes::a_feed_is_current_again_and_again,
        ]);
    };
}

#[cfg(test)]
mod tests {
    /// A rule that is not in the list would never run.
    #[test]
    fn every_rule_of_the_contract_is_in_the_list_of_tests() {
        let list = include_str!("macros.rs");
        let mut rules = 0;
        for (subject, source) in [
            ("changes", include_str!("changes.rs")),
            ("cleanup", include_str!("cleanup.rs")),
            ("clock_skew", include_str!("clock_skew.rs")),
            ("deletion", include_str!("deletion.rs")),
            ("expiry", include_str!("expiry.rs")),
            ("find_logins", include_str!("find_logins.rs")),
            ("leases", include_str!("leases.rs")),
            ("logins", include_str!("logins.rs")),
            ("records", include_str!("records.rs")),
            ("swaps", include_str!("swaps.rs")),
            ("transactions", include_str!("transactions.rs")),
        ] {
            for line in source.lines() {
                let Some(rest) = line.strip_prefix("pub async fn ") else {
                    continue;
                };
                let name = rest.split('(').next().unwrap_or_default();
                let entry = format!("{subject}::{name},");
                assert!(list.contains(&entry), "{entry} is missing");
                rules += 1;
            }
        }
        assert_eq!(rules, 44);
    }
}
