//! What is special about the store in a file. The rules that all stores follow: `contract.rs`.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, sync::Arc, time::Duration};

use axum_auth0_core::store::{
    CasOutcome, LeaseOutcome, LoginFilter, LoginId, LoginRecord, SharedStore,
};
use axum_auth0_stores::SqliteStore;
use futures::future::join_all;
use rusqlite::Connection;
use tokio::time::timeout;

const NOW: i64 = 1_767_225_600;

fn id(byte: u8) -> LoginId {
    LoginId::from_bytes([byte; 16])
}

fn row(byte: u8) -> LoginRecord {
    LoginRecord {
        id: id(byte),
        issuer: "https://tenant.example/".to_owned(),
        subject: format!("auth0|{byte}"),
        provider_session: byte.is_multiple_of(2).then(|| "s".repeat(300)),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + 1_000,
        version: 0,
        tokens: vec![byte; 10_000],
        details: vec![byte; 100],
    }
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).await.unwrap()
}

#[tokio::test]
async fn a_file_that_is_opened_again_still_has_everything() {
    use axum_auth0_core::store::Store as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/sessions.db");
    let store = open(&path).await;
    store.create_login(row(1)).await.unwrap();
    store.swap_tokens(&id(1), 0, vec![7]).await.unwrap();
    store
        .create_record(&[1; 32], vec![1], NOW + 10)
        .await
        .unwrap();
    store.consume_transaction(&[1; 32], NOW + 10).await.unwrap();
    drop(store);

    // Also while another process has it open.
    let (first, second) = (open(&path).await, open(&path).await);
    for store in [&first, &second] {
        let login = store.load_login(&id(1)).await.unwrap().unwrap();
        assert_eq!((login.version, login.tokens), (1, vec![7]));
        assert_eq!(
            store.load_record(&[1; 32], NOW).await.unwrap(),
            Some(vec![1])
        );
        assert!(!store.consume_transaction(&[1; 32], NOW + 10).await.unwrap());
    }
    first.delete_login(&id(1)).await.unwrap();
    assert_eq!(
        second.swap_tokens(&id(1), 1, vec![8]).await.unwrap(),
        CasOutcome::Missing
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "these are notes, and not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(
        error.contains("notes.txt") && error.contains("not a database"),
        "{error}"
    );
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text,
        "the file is unchanged"
    );
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&file.join("s.db"))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("file"), "{error}");
    let error = SqliteStore::open(folder.path())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&folder.path().display().to_string()),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_of_the_former_schema_keeps_its_logins_when_several_processes_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let former = Connection::open(&path).unwrap();
    former
        .execute_batch(
            "CREATE TABLE logins (id BLOB PRIMARY KEY, subject TEXT NOT NULL, provider_session TEXT, \
             created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, \
             version INTEGER NOT NULL, tokens BLOB NOT NULL) WITHOUT ROWID; \
             INSERT INTO logins VALUES (x'01010101010101010101010101010101', 'auth0|1', 's1', 1, 2, 3, 4, x'05'); \
             PRAGMA user_version = 2;",
        )
        .unwrap();
    drop(former);
    let opened = join_all([1, 2, 3].map(|_| SqliteStore::open(&path))).await;
    for store in opened {
        let store: SharedStore = Arc::new(store.unwrap());
        let (issuer, subject) = ("https://tenant.example/", "auth0|1");
        let expected = LoginRecord {
            id: id(1),
            issuer: String::new(),
            subject: subject.to_owned(),
            provider_session: Some("s1".to_owned()),
            created_at: 1,
            last_seen_at: 2,
            expires_at: 3,
            version: 4,
            tokens: vec![5],
            details: vec![],
        };
        assert_eq!(
            store.load_login(&id(1)).await.unwrap().as_ref(),
            Some(&expected)
        );
        let found = store
            .find_logins(LoginFilter::User { issuer, subject }, 9)
            .await;
        assert_eq!(found.unwrap(), [expected], "its issuer is not known");
    }
}

#[tokio::test]
async fn a_newer_schema_is_an_error_that_says_so_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    drop(open(&path).await);
    let direct = Connection::open(&path).unwrap();
    direct.pragma_update(None, "user_version", 999).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(
        error.contains("newer version") && error.contains("999"),
        "{error}"
    );
    let version = direct.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    assert_eq!(version.unwrap(), 999);
}

/// The times of logins are private.
#[cfg(unix)]
#[tokio::test]
async fn the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    use axum_auth0_core::store::Store as _;

    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("s.db")).await;
    store.create_login(row(1)).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{} is {mode:o}", entry.path().display());
        seen += 1;
    }
    assert!(seen >= 2, "the database and its log");
}

/// SQLite has deleted the row when it finds that it cannot commit: a full disk, or as here another table that needs the
/// row.
#[tokio::test]
async fn a_login_whose_deletion_cannot_be_committed_is_not_reported_as_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let store: SharedStore = Arc::new(SqliteStore::open(&path).await.unwrap());
    for byte in [1, 2] {
        store.create_login(row(byte)).await.unwrap();
    }
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE needs (login BLOB REFERENCES logins (id) DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO needs SELECT id FROM logins LIMIT 1",
        )
        .unwrap();
    let outcomes = [
        store.delete_login(&id(1)).await,
        store.delete_login(&id(2)).await,
    ];
    let deleted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(deleted, 1);
    for (byte, outcome) in [1, 2].into_iter().zip(outcomes) {
        let left = store.load_login(&id(byte)).await.unwrap();
        assert_eq!(left.is_some(), outcome.is_err());
    }
}

#[tokio::test]
async fn a_read_sees_what_another_program_has_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let store: SharedStore = Arc::new(SqliteStore::open(&path).await.unwrap());
    store.create_login(row(1)).await.unwrap();
    let other = Connection::open(&path).unwrap();
    for version in 1..10 {
        let changed = other.execute("UPDATE logins SET version = ?", [version]);
        assert_eq!(changed.unwrap(), 1);
        let login = store.load_login(&id(1)).await.unwrap().unwrap();
        assert_eq!(login.version, version);
    }
    other.execute("DELETE FROM logins", []).unwrap();
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
}

/// The client hangs up while another program locks the file.
#[tokio::test]
async fn a_write_whose_caller_hung_up_leaves_the_store_usable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let store: SharedStore = Arc::new(SqliteStore::open(&path).await.unwrap());
    store.create_login(row(1)).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..3 {
        let (limit, id) = (Duration::from_millis(50), id(1));
        let lease = store.lease_login(&id, &[1; 16], NOW, NOW + 6);
        assert!(timeout(limit, lease).await.is_err());
    }
    other.execute_batch("COMMIT").unwrap();
    assert!(store.swap_tokens(&id(1), 0, vec![7]).await.is_ok());
    // The first one took the lease: it had begun.
    let lease = store.lease_login(&id(1), &[2; 16], NOW, NOW + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::HeldElsewhere);
    store.end_lease(&id(1), &[1; 16]).await.unwrap();
    let lease = store.lease_login(&id(1), &[2; 16], NOW, NOW + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::Acquired { abandoned: false });
    let changed = other.execute("UPDATE logins SET version = 9", []);
    assert_eq!(changed.unwrap(), 1, "no transaction is open");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let store = open(&path).await;
    axum_auth0_core::store::Store::create_login(&store, row(1))
        .await
        .unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xff);
    std::fs::write(&path, bytes).unwrap();

    let store: SharedStore = Arc::new(open(&path).await);
    for error in [
        store.load_login(&id(1)).await.unwrap_err(),
        store
            .check_session(&[1; 32], &id(1), NOW)
            .await
            .unwrap_err(),
        store.create_login(row(2)).await.unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("malformed (SQLite code 11)"), "{error}");
    }
}
