//! The contract of all stores, and what is special about a file.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum_auth0_stores::contract::StoreUnderTest;
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

async fn open_empty() -> StoreUnderTest {
    let folder = tempfile::tempdir().unwrap();
    StoreUnderTest::new(Arc::new(open(&folder))).keep(folder)
}

axum_auth0_stores::contract_tests!(clock: injected, open_empty);

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
