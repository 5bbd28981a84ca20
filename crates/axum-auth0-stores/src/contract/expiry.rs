//! An expired record is absent.

use super::run::{Contract, id};

pub async fn an_expired_record_is_not_loaded_and_opens_no_session(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    contract.create_logins(&[1]).await;
    let (expired, alive) = ([1; 32], [2; 32]);
    for (key, end) in [(expired, now - 3_600), (alive, now + 3_600)] {
        assert!(store.create_record(&key, vec![1], end).await.unwrap());
    }
    for (key, exists) in [(expired, false), (alive, true)] {
        let record = store.load_record(&key, now).await.unwrap();
        assert_eq!(record.is_some(), exists);
        let session = store.check_session(&key, &id(1), now).await.unwrap();
        assert_eq!(session.is_some(), exists);
    }
    // An update moves the expiry, in both directions.
    let updated = store.update_record(&alive, vec![2], now - 3_600).await;
    assert!(updated.unwrap());
    assert_eq!(store.load_record(&alive, now).await.unwrap(), None);
    let session = store.check_session(&alive, &id(1), now).await.unwrap();
    assert_eq!(session, None);
}

pub async fn a_record_expires_at_the_second_of_its_expiry(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    contract.create_logins(&[1]).await;
    let key = [2; 32];
    assert!(store.create_record(&key, vec![1], now + 10).await.unwrap());
    for (after, exists) in [(0, true), (9, true), (10, false), (11, false)] {
        let record = store.load_record(&key, now + after).await.unwrap();
        assert_eq!(record.is_some(), exists, "{after} seconds later");
        let session = store.check_session(&key, &id(1), now + after).await;
        assert_eq!(session.unwrap().is_some(), exists, "{after} seconds later");
    }
}
