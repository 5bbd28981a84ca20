//! The records of tower-sessions.

use axum_auth0_core::store::LoginState;
use futures::future::join_all;

use super::run::{Contract, id};

pub async fn a_record_is_created_once_and_changed_only_while_it_exists(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    let (key, end) = ([1; 32], now + 3_600);
    let load = async || store.load_record(&key, now).await.unwrap();
    assert!(!store.update_record(&key, vec![9], end).await.unwrap());
    assert_eq!(load().await, None, "an update creates nothing");
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    assert!(!store.create_record(&key, vec![2], end).await.unwrap());
    assert_eq!(load().await, Some(vec![1]), "nothing is overwritten");
    assert!(store.update_record(&key, vec![3], end + 9).await.unwrap());
    assert_eq!(load().await, Some(vec![3]));
    store.delete_record(&key).await.unwrap();
    store.delete_record(&key).await.unwrap();
    assert!(!store.update_record(&key, vec![4], end).await.unwrap());
    assert_eq!(load().await, None, "it does not come back");
    assert!(store.create_record(&key, Vec::new(), end).await.unwrap());
    assert_eq!(load().await, Some(Vec::new()));
}

pub async fn of_twenty_records_with_one_key_one_is_created(contract: Contract) {
    let end = contract.now() + 3_600;
    let creations = (0..20).map(|byte| {
        let store = contract.handle(byte);
        tokio::spawn(async move {
            let created = store.create_record(&[1; 32], vec![byte], end).await;
            created.unwrap().then_some(vec![byte])
        })
    });
    let created: Vec<_> = join_all(creations)
        .await
        .into_iter()
        .filter_map(Result::unwrap)
        .collect();
    let record = contract.store().load_record(&[1; 32], contract.now()).await;
    assert_eq!(created, Vec::from_iter(record.unwrap()));
}

pub async fn a_session_exists_if_its_record_and_its_login_exist(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    let key = [7; 32];
    let check = async |login| store.check_session(&key, &login, now).await.unwrap();
    contract.create_logins(&[1]).await;
    assert_eq!(check(id(1)).await, None, "no record");

    let created = store.create_record(&key, vec![1], now + 3_600).await;
    assert!(created.unwrap());
    store.mark_used(&id(1), now + 5).await.unwrap();
    store.swap_tokens(&id(1), 0, vec![2]).await.unwrap();
    let state = LoginState {
        version: 1,
        last_seen_at: now + 5,
        expires_at: contract.login(1).expires_at,
    };
    assert_eq!(check(id(1)).await, Some(state));
    assert_eq!(check(id(2)).await, None, "another login");
    let other_key = store.check_session(&[8; 32], &id(1), now).await;
    assert_eq!(other_key.unwrap(), None, "another record");

    store.delete_login(&id(1)).await.unwrap();
    assert_eq!(check(id(1)).await, None, "no login");
    contract.create_logins(&[1]).await;
    store.delete_record(&key).await.unwrap();
    assert_eq!(check(id(1)).await, None, "no record");
}
