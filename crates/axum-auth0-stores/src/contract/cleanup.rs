//! Deletion of what expired or was not used.

use axum_auth0_core::store::LoginRecord;
use futures::future::join_all;

use super::run::{Contract, id};

pub async fn expired_and_idle_rows_are_deleted_and_nothing_else(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    for (byte, expires_at, last_seen_at) in [
        (1, now - 3_600, now),
        (2, now + 3_600, now - 2_000),
        (3, now + 3_600, now - 500),
        (4, now + 3_600, now),
    ] {
        let login = LoginRecord {
            expires_at,
            last_seen_at,
            ..contract.login(byte)
        };
        store.create_login(login).await.unwrap();
    }
    for (byte, end) in [(1, now - 3_600), (2, now + 3_600)] {
        let key = [byte; 32];
        assert!(store.create_record(&key, vec![byte], end).await.unwrap());
        assert!(store.consume_transaction(&key, end).await.unwrap());
    }
    store.delete_expired(now, now - 1_000, 100).await.unwrap();
    let again = store.delete_expired(now, now - 1_000, 100).await;
    assert_eq!(again.unwrap(), 0, "all of it is deleted");
    for (byte, exists) in [(1, false), (2, false), (3, true), (4, true)] {
        let login = store.load_login(&id(byte)).await.unwrap();
        assert_eq!(login.is_some(), exists, "login {byte}");
    }
    let record = store.load_record(&[2; 32], now).await.unwrap();
    assert_eq!(record, Some(vec![2]));
    let end = now + 3_600;
    for (byte, forgotten) in [(1, true), (2, false)] {
        let key = [byte; 32];
        let created = store.create_record(&key, vec![9], end).await.unwrap();
        assert_eq!(created, forgotten, "record {byte}");
        let consumed = store.consume_transaction(&key, end).await.unwrap();
        assert_eq!(consumed, forgotten, "transaction {byte}");
    }
}

/// Cleaning up many ended sessions does not block the site.
pub async fn a_cleanup_deletes_no_more_than_its_limit(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    create_idle_logins(&contract).await;
    let delete = async |limit| {
        let deleted = store.delete_expired(now, now - 1_000, limit).await;
        deleted.unwrap()
    };
    assert_eq!(delete(3).await, 3);
    assert_eq!(remaining(&contract).await, 7);
    assert_eq!(delete(0).await, 0);
    assert_eq!(delete(100).await, 7);
    assert_eq!(remaining(&contract).await, 0);
}

pub async fn cleanups_of_several_replicas_at_once_succeed(contract: Contract) {
    let now = contract.now();
    create_idle_logins(&contract).await;
    let cleanups = (0..8).map(|n| {
        let store = contract.handle(n);
        tokio::spawn(async move { store.delete_expired(now, now - 1_000, 2).await.unwrap() })
    });
    let deleted: u64 = join_all(cleanups)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    let remaining = remaining(&contract).await;
    assert_eq!(deleted + remaining, 10, "each row is counted once");
    let rest = contract.store().delete_expired(now, now - 1_000, 10).await;
    assert_eq!(rest.unwrap(), remaining);
}

async fn create_idle_logins(contract: &Contract) {
    for byte in 0..10 {
        let idle = LoginRecord {
            last_seen_at: contract.now() - 2_000,
            ..contract.login(byte)
        };
        contract.store().create_login(idle).await.unwrap();
    }
}

/// Returns the number of logins that exist.
async fn remaining(contract: &Contract) -> u64 {
    let mut remaining = 0;
    for byte in 0..10 {
        let login = contract.store().load_login(&id(byte)).await.unwrap();
        remaining += u64::from(login.is_some());
    }
    remaining
}

pub async fn what_ends_at_this_second_is_deleted_and_what_ends_at_the_next_is_kept(
    contract: Contract,
) {
    let (store, now) = (contract.store(), contract.now());
    for (byte, expires_at, last_seen_at) in [
        (1, now, now),
        (2, now - 1, now),
        (3, now + 1, now - 100),
        (4, now + 1, now - 99),
    ] {
        let login = LoginRecord {
            expires_at,
            last_seen_at,
            ..contract.login(byte)
        };
        store.create_login(login).await.unwrap();
    }
    for (byte, end) in [(1, now), (2, now + 1)] {
        let key = [byte; 32];
        assert!(store.create_record(&key, vec![1], end).await.unwrap());
        assert!(store.consume_transaction(&key, end).await.unwrap());
    }
    let deleted = store.delete_expired(now, now - 100, 100).await;
    assert_eq!(deleted.unwrap(), 5);
    for (byte, exists) in [(1, false), (2, false), (3, false), (4, true)] {
        let login = store.load_login(&id(byte)).await.unwrap();
        assert_eq!(login.is_some(), exists, "login {byte}");
    }
    for (byte, exists) in [(1, false), (2, true)] {
        let key = [byte; 32];
        let record = store.load_record(&key, 0).await.unwrap();
        assert_eq!(record.is_some(), exists, "record {byte}");
        let consumed = store.consume_transaction(&key, now + 9).await.unwrap();
        assert_eq!(consumed, !exists, "transaction {byte}");
    }
}
