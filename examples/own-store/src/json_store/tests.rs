//! What a store has to guarantee.

#![expect(clippy::unwrap_used, reason = "tests")]

use futures::future::join_all;
use tempfile::TempDir;

use super::*;

const NOW: i64 = 1_767_225_600;
const LATER: i64 = NOW + 60;

fn id(byte: u8) -> LoginId {
    LoginId::from_bytes([byte; 16])
}

fn login(byte: u8) -> LoginRecord {
    LoginRecord {
        id: id(byte),
        issuer: "https://tenant.example/".to_owned(),
        subject: format!("auth0|{byte}"),
        provider_session: None,
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + 1000,
        version: 0,
        tokens: vec![byte; 100],
        details: Vec::new(),
    }
}

fn open(folder: &TempDir) -> JsonStore {
    JsonStore::open(&folder.path().join("sessions.json")).unwrap()
}

#[tokio::test]
async fn everything_is_still_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.create_login(login(1)).await.unwrap();
    assert!(store.create_record(&[1; 32], vec![7], LATER).await.unwrap());
    assert!(store.consume_transaction(&[2; 32], LATER).await.unwrap());
    drop(store);
    let store = open(&folder);
    assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(login(1)));
    assert_eq!(
        store.load_record(&[1; 32], NOW).await.unwrap(),
        Some(vec![7])
    );
    assert!(!store.consume_transaction(&[2; 32], LATER).await.unwrap());
}

#[tokio::test]
async fn a_second_process_and_a_damaged_file_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.json");
    let store = JsonStore::open(&path).unwrap();
    assert!(JsonStore::open(&path).is_err());
    drop(store);
    fs::write(&path, "{").unwrap();
    let error = JsonStore::open(&path).unwrap_err();
    assert!(error.to_string().contains("sessions.json"), "{error}");
}

#[tokio::test]
async fn a_change_that_cannot_be_written_is_an_error_and_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    fs::create_dir(folder.path().join("sessions.new")).unwrap();
    assert!(store.create_login(login(1)).await.is_err());
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_swaps_at_once_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.create_login(login(1)).await.unwrap();
    let login = id(1);
    let swaps = (0..20).map(|byte| store.swap_tokens(&login, 0, vec![byte]));
    let swapped = join_all(swaps)
        .await
        .into_iter()
        .filter(|outcome| *outcome.as_ref().unwrap() == CasOutcome::Swapped);
    assert_eq!(swapped.count(), 1);
    assert_eq!(store.load_login(&id(1)).await.unwrap().unwrap().version, 1);
}

#[tokio::test]
async fn a_login_and_a_record_are_created_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.create_login(login(1)).await.unwrap();
    let other = LoginRecord {
        subject: "auth0|mallory".to_owned(),
        ..login(1)
    };
    assert!(store.create_login(other).await.is_err());
    assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(login(1)));
    assert!(store.create_record(&[1; 32], vec![1], LATER).await.unwrap());
    assert!(!store.create_record(&[1; 32], vec![2], LATER).await.unwrap());
    assert_eq!(
        store.load_record(&[1; 32], NOW).await.unwrap(),
        Some(vec![1])
    );
    assert_eq!(store.load_record(&[1; 32], LATER).await.unwrap(), None);
}

#[tokio::test]
async fn a_late_change_does_not_bring_back_what_was_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.create_login(login(1)).await.unwrap();
    assert_eq!(store.delete_login(&id(1)).await.unwrap(), Some(login(1)));
    assert_eq!(store.delete_login(&id(1)).await.unwrap(), None);
    store.mark_used(&id(1), LATER).await.unwrap();
    let swap = store.swap_tokens(&id(1), 0, vec![1]).await.unwrap();
    assert_eq!(swap, CasOutcome::Missing);
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
    assert!(!store.update_record(&[1; 32], vec![1], LATER).await.unwrap());
    assert_eq!(store.load_record(&[1; 32], NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_is_released_or_expires() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (first, second) = ([1; 16], [2; 16]);
    let login_id = id(1);
    let lease = |holder, now| store.lease_login(&login_id, holder, now, now + 6);
    let acquired = |abandoned| LeaseOutcome::Acquired { abandoned };
    assert_eq!(
        lease(&first, NOW).await.unwrap(),
        LeaseOutcome::LoginMissing
    );
    store.create_login(login(1)).await.unwrap();
    assert_eq!(lease(&first, NOW).await.unwrap(), acquired(false));
    assert_eq!(
        lease(&second, NOW + 5).await.unwrap(),
        LeaseOutcome::HeldElsewhere
    );
    assert_eq!(lease(&second, NOW + 6).await.unwrap(), acquired(true));
    store.end_lease(&login_id, &first).await.unwrap();
    assert_eq!(
        lease(&first, NOW + 6).await.unwrap(),
        LeaseOutcome::HeldElsewhere
    );
    store.end_lease(&login_id, &second).await.unwrap();
    assert_eq!(lease(&first, NOW + 6).await.unwrap(), acquired(false));
}

#[tokio::test]
async fn expired_and_idle_rows_are_deleted_up_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for byte in 1..=3 {
        store.create_login(login(byte)).await.unwrap();
        store
            .create_record(&[byte; 32], vec![], LATER)
            .await
            .unwrap();
    }
    store.mark_used(&id(3), LATER).await.unwrap();
    assert_eq!(store.delete_expired(NOW, NOW - 1, 10).await.unwrap(), 0);
    assert_eq!(store.delete_expired(LATER, NOW, 1).await.unwrap(), 2);
    assert_eq!(store.delete_expired(LATER, NOW, 10).await.unwrap(), 3);
    assert!(store.load_login(&id(3)).await.unwrap().is_some());
    assert_eq!(
        store.find_logins(login(3).user(), 9).await.unwrap().len(),
        1
    );
    assert_eq!(store.find_logins(login(1).user(), 9).await.unwrap(), []);
}
