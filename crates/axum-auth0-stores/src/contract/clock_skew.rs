//! Replicas whose clocks are an hour apart. The store has a clock of its own.

use axum_auth0_core::store::{LeaseOutcome, LoginRecord};

use super::run::{Contract, id};

const HOUR: i64 = 3_600;
const ACQUIRED: LeaseOutcome = LeaseOutcome::Acquired { abandoned: false };

pub async fn a_replica_whose_clock_is_ahead_gets_no_lease_of_another(contract: Contract) {
    let (store, ahead, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    let ours = store.lease_login(&id(1), &[1; 16], now, now + 60).await;
    assert_eq!(ours.unwrap(), ACQUIRED);
    let later = now + HOUR;
    let theirs = ahead.lease_login(&id(1), &[2; 16], later, later + 60).await;
    assert_eq!(theirs.unwrap(), LeaseOutcome::HeldElsewhere);
}

pub async fn a_lease_of_a_replica_whose_clock_is_behind_lasts(contract: Contract) {
    let (store, behind, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    let past = now - HOUR;
    let theirs = behind.lease_login(&id(1), &[2; 16], past, past + 60).await;
    assert_eq!(theirs.unwrap(), ACQUIRED);
    let ours = store.lease_login(&id(1), &[1; 16], now, now + 60).await;
    assert_eq!(ours.unwrap(), LeaseOutcome::HeldElsewhere);
}

pub async fn a_lease_of_a_replica_whose_clock_is_ahead_ends_in_time(contract: Contract) {
    let (store, ahead, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    let later = now + HOUR;
    let theirs = ahead.lease_login(&id(1), &[2; 16], later, later).await;
    assert_eq!(theirs.unwrap(), ACQUIRED);
    let ours = store.lease_login(&id(1), &[1; 16], now, now + 60).await;
    assert_eq!(ours.unwrap(), LeaseOutcome::Acquired { abandoned: true });
}

pub async fn a_replica_whose_clock_is_ahead_still_finds_sessions_that_live(contract: Contract) {
    let (store, ahead, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    let (key, end) = ([1; 32], now + HOUR / 2);
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    let record = ahead.load_record(&key, now + HOUR).await.unwrap();
    assert_eq!(record, Some(vec![1]));
    let session = ahead.check_session(&key, &id(1), now + HOUR).await.unwrap();
    assert!(session.is_some());
}

pub async fn a_replica_whose_clock_is_behind_finds_no_session_that_ended(contract: Contract) {
    let (store, behind, now) = (contract.store(), contract.replica(), contract.now());
    contract.create_logins(&[1]).await;
    let (key, end) = ([1; 32], now - HOUR / 2);
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    let record = behind.load_record(&key, now - HOUR).await.unwrap();
    assert_eq!(record, None);
    let session = behind.check_session(&key, &id(1), now - HOUR).await;
    assert_eq!(session.unwrap(), None);
}

pub async fn a_replica_whose_clock_is_ahead_deletes_nothing_that_lives(contract: Contract) {
    let (store, ahead, now) = (contract.store(), contract.replica(), contract.now());
    let login = LoginRecord {
        last_seen_at: now - 500,
        expires_at: now + HOUR / 2,
        ..contract.login(1)
    };
    store.create_login(login.clone()).await.unwrap();
    let (key, end) = ([1; 32], now + HOUR / 2);
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    assert!(store.consume_transaction(&key, end).await.unwrap());
    let later = now + HOUR;
    let deleted = ahead.delete_expired(later, later - 1_000, 100).await;
    assert_eq!(deleted.unwrap(), 0);
    assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(login));
    let record = store.load_record(&key, now).await.unwrap();
    assert_eq!(record, Some(vec![1]));
    assert!(!store.consume_transaction(&key, end).await.unwrap());
    // What ended does not live longer for a replica whose clock is behind.
    let (idle, past) = (now - 1_500, now - HOUR);
    store
        .create_login(LoginRecord {
            last_seen_at: idle,
            ..contract.login(2)
        })
        .await
        .unwrap();
    let deleted = ahead.delete_expired(past, past - 1_000, 100).await;
    assert_eq!(deleted.unwrap(), 1, "the idle login");
    assert_eq!(store.load_login(&id(2)).await.unwrap(), None);
}
