//! Tokens change by compare-and-swap.

use axum_auth0_core::store::CasOutcome;
use futures::future::join_all;

use super::run::{Contract, id};

pub async fn tokens_change_by_compare_and_swap(contract: Contract) {
    let store = contract.store();
    contract.create_logins(&[1, 2]).await;
    let login = id(1);
    let swap = async |expected, byte| {
        let swap = store.swap_tokens(&login, expected, vec![byte]);
        swap.await.unwrap()
    };
    assert_eq!(swap(0, 7).await, CasOutcome::Swapped);
    assert_eq!(swap(0, 8).await, CasOutcome::Conflict);
    assert_eq!(swap(2, 8).await, CasOutcome::Conflict);
    let after = store.load_login(&login).await.unwrap().unwrap();
    assert_eq!((after.version, after.tokens), (1, vec![7]));
    assert_eq!(swap(1, 9).await, CasOutcome::Swapped);
    let missing = store.swap_tokens(&id(9), 0, vec![9]).await;
    assert_eq!(missing.unwrap(), CasOutcome::Missing);
    let other = store.load_login(&id(2)).await.unwrap();
    assert_eq!(other, Some(contract.login(2)));
}

pub async fn of_twenty_swaps_at_once_one_succeeds(contract: Contract) {
    contract.create_logins(&[1]).await;
    let swaps = (0..20).map(|byte| {
        let store = contract.handle(byte);
        tokio::spawn(async move {
            let login = id(1);
            let swap = store.swap_tokens(&login, 0, vec![byte]);
            (byte, swap.await.unwrap())
        })
    });
    let mut swapped = Vec::new();
    for swap in join_all(swaps).await {
        match swap.unwrap() {
            (byte, CasOutcome::Swapped) => swapped.push(byte),
            (_, other) => assert_eq!(other, CasOutcome::Conflict),
        }
    }
    assert_eq!(swapped.len(), 1);
    let after = contract.store().load_login(&id(1)).await.unwrap().unwrap();
    assert_eq!((after.version, after.tokens), (1, swapped));
}
