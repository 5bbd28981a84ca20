//! What was deleted stays deleted: a user who has logged out stays logged out.

use axum_auth0_core::store::{CasOutcome, LeaseOutcome};
use futures::future::join_all;

use super::run::{Contract, id};

pub async fn a_deleted_login_is_returned_once_and_never_comes_back(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    contract.create_logins(&[1]).await;
    store.mark_used(&id(1), now + 5).await.unwrap();
    store.swap_tokens(&id(1), 0, vec![7]).await.unwrap();
    let last = store.load_login(&id(1)).await.unwrap();
    assert!(last.is_some());
    assert_eq!(store.delete_login(&id(1)).await.unwrap(), last);
    assert_eq!(store.delete_login(&id(1)).await.unwrap(), None);

    store.mark_used(&id(1), now + 60).await.unwrap();
    let swap = store.swap_tokens(&id(1), 1, vec![1]).await;
    assert_eq!(swap.unwrap(), CasOutcome::Missing);
    let lease = store.lease_login(&id(1), &[1; 16], now, now + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::LoginMissing);
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
    let user = contract.login(1);
    let found = store.find_logins(user.user(), 9).await.unwrap();
    assert_eq!(found, []);
}

pub async fn of_twenty_deletions_at_once_one_returns_the_login(contract: Contract) {
    contract.create_logins(&[1]).await;
    let deletions = (0..20).map(|n| {
        let store = contract.handle(n);
        tokio::spawn(async move { store.delete_login(&id(1)).await.unwrap() })
    });
    let returned: Vec<_> = join_all(deletions)
        .await
        .into_iter()
        .filter_map(Result::unwrap)
        .collect();
    assert_eq!(returned, [contract.login(1)]);
}

pub async fn a_change_of_a_login_in_flight_does_not_bring_it_back(contract: Contract) {
    let now = contract.now();
    for byte in 0..10 {
        contract.create_logins(&[byte]).await;
        let changes = (0..10).map(|change| {
            let store = contract.handle(change);
            tokio::spawn(async move {
                match change {
                    5 => drop(store.delete_login(&id(byte)).await.unwrap()),
                    even if even % 2 == 0 => {
                        store.mark_used(&id(byte), now + 9).await.unwrap();
                    }
                    _ => drop(store.swap_tokens(&id(byte), 0, vec![1]).await.unwrap()),
                }
            })
        });
        for change in join_all(changes).await {
            change.unwrap();
        }
        let login = contract.store().load_login(&id(byte)).await.unwrap();
        assert_eq!(login, None);
    }
}

pub async fn a_save_of_a_record_in_flight_does_not_bring_it_back(contract: Contract) {
    let end = contract.now() + 3_600;
    for byte in 0..10 {
        let key = [byte; 32];
        let store = contract.store();
        assert!(store.create_record(&key, vec![0], end).await.unwrap());
        let changes = (0..10).map(|change| {
            let store = contract.handle(change);
            tokio::spawn(async move {
                if change == 5 {
                    store.delete_record(&key).await.unwrap();
                } else {
                    let update = store.update_record(&key, vec![change], end);
                    let _ = update.await.unwrap();
                }
            })
        });
        for change in join_all(changes).await {
            change.unwrap();
        }
        let record = store.load_record(&key, contract.now()).await.unwrap();
        assert_eq!(record, None);
    }
}

pub async fn a_lease_in_flight_does_not_outlast_its_login(contract: Contract) {
    let now = contract.now();
    for byte in 0..10 {
        contract.create_logins(&[byte]).await;
        let changes = (0..10).map(|change| {
            let store = contract.handle(change);
            tokio::spawn(async move {
                if change == 5 {
                    drop(store.delete_login(&id(byte)).await.unwrap());
                } else {
                    let (login, holder) = (id(byte), [change; 16]);
                    let lease = store.lease_login(&login, &holder, now, now + 600);
                    let _ = lease.await.unwrap();
                }
            })
        });
        for change in join_all(changes).await {
            change.unwrap();
        }
        let store = contract.store();
        assert_eq!(store.load_login(&id(byte)).await.unwrap(), None);
        contract.create_logins(&[byte]).await;
        let login = id(byte);
        let lease = store.lease_login(&login, &[99; 16], now, now + 600);
        let free = LeaseOutcome::Acquired { abandoned: false };
        assert_eq!(lease.await.unwrap(), free);
    }
}
