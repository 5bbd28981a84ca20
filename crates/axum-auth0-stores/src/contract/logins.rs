//! Creation and reading of logins, and their last use.

use axum_auth0_core::store::LoginRecord;

use super::run::{Contract, id};

pub async fn a_login_is_loaded_as_it_was_created(contract: Contract) {
    let store = contract.store();
    contract.create_logins(&[1, 2]).await;
    for byte in [1, 2] {
        let login = store.load_login(&id(byte)).await.unwrap();
        assert_eq!(login, Some(contract.login(byte)));
    }
    assert_eq!(store.load_login(&id(3)).await.unwrap(), None);
    store.ping().await.unwrap();
}

pub async fn texts_and_numbers_of_every_kind_are_kept(contract: Contract) {
    let odd = LoginRecord {
        issuer: String::new(),
        subject: "\u{0}'; DROP TABLE logins; -- 🙂".to_owned(),
        provider_session: Some(String::new()),
        created_at: i64::MIN,
        expires_at: i64::MAX,
        version: i64::from(u32::MAX) + 1,
        tokens: Vec::new(),
        details: (0..=255).collect(),
        ..contract.login(1)
    };
    // Longer than an index entry of some databases.
    let long = LoginRecord {
        subject: (0..20_000_u32).map(|n| n.to_string()).collect(),
        provider_session: Some((0..20_000_u32).rev().map(|n| n.to_string()).collect()),
        ..contract.login(2)
    };
    for login in [odd, long] {
        let store = contract.store();
        store.create_login(login.clone()).await.unwrap();
        let loaded = store.load_login(&login.id).await.unwrap();
        assert!(loaded.as_ref() == Some(&login), "{:?}", login.id);
        let found = store.find_logins(login.user(), 2).await.unwrap();
        assert!(found == [login], "found by its user");
    }
}

pub async fn a_login_never_overwrites_another(contract: Contract) {
    let store = contract.store();
    contract.create_logins(&[1]).await;
    let other = LoginRecord {
        subject: "auth0|mallory".to_owned(),
        ..contract.login(1)
    };
    assert!(store.create_login(other).await.is_err());
    let login = store.load_login(&id(1)).await.unwrap();
    assert_eq!(login, Some(contract.login(1)));
}

pub async fn the_last_use_moves_forward_only_and_nothing_else_changes(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    contract.create_logins(&[1, 2]).await;
    for (used_at, expected) in [(60, 60), (10, 60), (61, 61)] {
        store.mark_used(&id(1), now + used_at).await.unwrap();
        let expected = LoginRecord {
            last_seen_at: now + expected,
            ..contract.login(1)
        };
        let login = store.load_login(&id(1)).await.unwrap();
        assert_eq!(login, Some(expected));
    }
    let other = store.load_login(&id(2)).await.unwrap();
    assert_eq!(other, Some(contract.login(2)));
}

/// For a store that counts.
pub async fn logins_are_counted(contract: Contract) {
    let store = contract.store();
    if store.count_logins().await.unwrap().is_none() {
        return;
    }
    assert_eq!(store.count_logins().await.unwrap(), Some(0));
    contract.create_logins(&[1, 2, 3]).await;
    store.delete_login(&id(2)).await.unwrap();
    assert_eq!(store.count_logins().await.unwrap(), Some(2));
}

pub async fn what_one_replica_writes_the_other_reads(contract: Contract) {
    let (store, replica) = (contract.store(), contract.replica());
    contract.create_logins(&[1]).await;
    let (key, end) = ([1; 32], contract.now() + 3_600);
    assert!(store.create_record(&key, vec![7], end).await.unwrap());
    assert!(store.consume_transaction(&key, end).await.unwrap());

    let now = contract.now();
    let login = replica.load_login(&id(1)).await.unwrap();
    assert_eq!(login, Some(contract.login(1)));
    let record = replica.load_record(&key, now).await.unwrap();
    assert_eq!(record, Some(vec![7]));
    let state = replica.check_session(&key, &id(1), now).await.unwrap();
    assert_eq!(state, Some((&contract.login(1)).into()));
    assert!(!replica.consume_transaction(&key, end).await.unwrap());
    assert!(replica.delete_login(&id(1)).await.unwrap().is_some());
    let state = store.check_session(&key, &id(1), now).await.unwrap();
    assert_eq!(state, None, "deleted by the other replica");
}
