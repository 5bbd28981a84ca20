//! A login transaction is accepted once.

use futures::future::join_all;

use super::run::Contract;

pub async fn a_transaction_is_consumed_once(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    let consume = async |byte, end| store.consume_transaction(&[byte; 32], end).await.unwrap();
    assert!(consume(1, now + 600).await);
    assert!(!consume(1, now + 600).await);
    assert!(!consume(1, now + 7_200).await);
    assert!(consume(2, now + 600).await, "another one");
    store.delete_expired(now, i64::MIN, 10).await.unwrap();
    assert!(!consume(1, now + 600).await, "it has not expired");
}

pub async fn of_twenty_consumers_of_a_transaction_one_succeeds(contract: Contract) {
    let end = contract.now() + 600;
    for byte in 0..5 {
        let consumers = (0..20).map(|n| {
            let store = contract.handle(n);
            tokio::spawn(async move { store.consume_transaction(&[byte; 32], end).await.unwrap() })
        });
        let consumed = join_all(consumers).await;
        let succeeded = consumed.into_iter().filter(|won| *won.as_ref().unwrap());
        assert_eq!(succeeded.count(), 1);
    }
}
