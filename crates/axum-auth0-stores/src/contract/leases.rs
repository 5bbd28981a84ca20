//! The refresh lease.

use std::time::Duration;

use axum_auth0_core::store::{LeaseHolder, LeaseOutcome, SharedStore};
use futures::future::join_all;

use super::run::{Contract, id};

const OURS: &LeaseHolder = &[1; 16];
const THEIRS: &LeaseHolder = &[2; 16];
const ACQUIRED: LeaseOutcome = LeaseOutcome::Acquired { abandoned: false };
const ABANDONED: LeaseOutcome = LeaseOutcome::Acquired { abandoned: true };

/// Acquires or renews the lease of login 1 for `seconds`.
async fn lease(store: &SharedStore, holder: &LeaseHolder, now: i64, seconds: i64) -> LeaseOutcome {
    let login = id(1);
    let lease = store.lease_login(&login, holder, now, now + seconds);
    lease.await.unwrap()
}

pub async fn a_lease_has_one_holder_at_a_time(contract: Contract) {
    let (store, replica, now) = (contract.store(), contract.replica(), contract.now());
    let missing = lease(store, OURS, now, 600).await;
    assert_eq!(missing, LeaseOutcome::LoginMissing);
    contract.create_logins(&[1, 2]).await;
    assert_eq!(lease(store, OURS, now, 600).await, ACQUIRED);
    let other = lease(replica, THEIRS, now, 600).await;
    assert_eq!(other, LeaseOutcome::HeldElsewhere);
    let another_login = replica.lease_login(&id(2), THEIRS, now, now + 600).await;
    assert_eq!(another_login.unwrap(), ACQUIRED);
    assert_eq!(lease(store, OURS, now, 600).await, ACQUIRED, "renewed");
    replica.end_lease(&id(1), THEIRS).await.unwrap();
    let other = lease(replica, THEIRS, now, 600).await;
    assert_eq!(other, LeaseOutcome::HeldElsewhere, "not theirs to release");
    store.end_lease(&id(1), OURS).await.unwrap();
    assert_eq!(lease(replica, THEIRS, now, 600).await, ACQUIRED);
    store.end_lease(&id(9), OURS).await.unwrap();
}

pub async fn an_abandoned_lease_is_reported_once(contract: Contract) {
    let (store, replica, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    // It has expired when it is acquired.
    assert_eq!(lease(store, OURS, now, 0).await, ACQUIRED);
    assert_eq!(lease(store, OURS, now, 0).await, ACQUIRED, "renewed");
    assert_eq!(lease(replica, THEIRS, now, 600).await, ABANDONED);
    assert_eq!(lease(replica, THEIRS, now, 600).await, ACQUIRED, "once");
    let late = lease(store, OURS, now, 600).await;
    assert_eq!(late, LeaseOutcome::HeldElsewhere, "lost, not renewed");
    store.end_lease(&id(1), OURS).await.unwrap();
    let late = lease(store, OURS, now, 600).await;
    assert_eq!(late, LeaseOutcome::HeldElsewhere, "released too late");
    replica.end_lease(&id(1), THEIRS).await.unwrap();
    assert_eq!(lease(store, OURS, now, 0).await, ACQUIRED);
    store.end_lease(&id(1), OURS).await.unwrap();
    let after = lease(replica, THEIRS, now, 600).await;
    assert_eq!(after, ACQUIRED, "released after its end");
}

pub async fn of_twenty_replicas_that_want_a_lease_one_gets_it(contract: Contract) {
    contract.create_logins(&[1]).await;
    assert_one_acquires(&contract, ACQUIRED).await;
}

pub async fn of_twenty_replicas_that_want_an_abandoned_lease_one_gets_it(contract: Contract) {
    contract.create_logins(&[1]).await;
    let expired = lease(contract.store(), &[99; 16], contract.now(), 0).await;
    assert_eq!(expired, ACQUIRED);
    assert_one_acquires(&contract, ABANDONED).await;
}

async fn assert_one_acquires(contract: &Contract, expected: LeaseOutcome) {
    let now = contract.now();
    let attempts = (0..20).map(|byte| {
        let store = contract.handle(byte);
        tokio::spawn(async move { lease(&store, &[byte; 16], now, 600).await })
    });
    let outcomes: Vec<_> = join_all(attempts)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let count = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    assert_eq!(count(expected), 1, "{outcomes:?}");
    assert_eq!(count(LeaseOutcome::HeldElsewhere), 19, "{outcomes:?}");
}

pub async fn a_deleted_login_takes_its_lease_with_it(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    contract.create_logins(&[1]).await;
    assert_eq!(lease(store, OURS, now, 600).await, ACQUIRED);
    store.delete_login(&id(1)).await.unwrap();
    store.end_lease(&id(1), OURS).await.unwrap();
    contract.create_logins(&[1]).await;
    assert_eq!(lease(store, THEIRS, now, 600).await, ACQUIRED);
    // Also if the cleanup deletes it.
    store.delete_expired(now, now + 1, 10).await.unwrap();
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
    contract.create_logins(&[1]).await;
    assert_eq!(lease(store, OURS, now, 600).await, ACQUIRED);
}

pub async fn a_lease_ends_at_the_second_until_which_it_was_acquired(contract: Contract) {
    let (store, replica, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    assert_eq!(lease(store, OURS, now, 6).await, ACQUIRED);
    let early = lease(replica, THEIRS, now + 5, 6).await;
    assert_eq!(early, LeaseOutcome::HeldElsewhere);
    assert_eq!(lease(store, OURS, now + 5, 6).await, ACQUIRED, "renewed");
    let early = lease(replica, THEIRS, now + 10, 6).await;
    assert_eq!(early, LeaseOutcome::HeldElsewhere);
    assert_eq!(lease(replica, THEIRS, now + 11, 6).await, ABANDONED);
}

pub async fn a_lease_ends_when_its_time_has_passed_at_the_server(contract: Contract) {
    let (store, replica, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    assert_eq!(lease(store, OURS, now, 2).await, ACQUIRED);
    let early = lease(replica, THEIRS, now, 2).await;
    assert_eq!(early, LeaseOutcome::HeldElsewhere);
    // The time limit of the test bounds the loop.
    loop {
        match lease(replica, THEIRS, now, 2).await {
            LeaseOutcome::HeldElsewhere => tokio::time::sleep(Duration::from_millis(20)).await,
            outcome => return assert_eq!(outcome, ABANDONED),
        }
    }
}
