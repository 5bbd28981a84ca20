//! One contract for all stores, and what is special about the one in a file.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, sync::Arc, time::Duration};

use axum_auth0_core::store::{
    CasOutcome, LeaseOutcome, LoginFilter, LoginId, LoginRecord, LoginState, MemoryStore,
    SharedStore,
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

/// Runs a part of the contract on every store.
async fn on_every_store<F: Future<Output = ()>>(part: impl Fn(SharedStore, &'static str) -> F) {
    part(Arc::new(MemoryStore::default()), "memory").await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("s.db"))
        .await
        .unwrap();
    part(Arc::new(store), "sqlite").await;
}

#[tokio::test]
async fn the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first() {
    on_every_store(|store, name| async move {
        let issuer = "https://tenant.example/";
        let user = |issuer, subject| LoginFilter::User { issuer, subject };
        let alice = |byte, created_at, sid: Option<&str>| LoginRecord {
            subject: "auth0|alice".to_owned(),
            provider_session: sid.map(str::to_owned),
            created_at,
            ..row(byte)
        };
        let elsewhere = LoginRecord {
            issuer: "https://other.example/".to_owned(),
            ..alice(4, NOW, Some("s1"))
        };
        for login in [
            alice(1, NOW, Some("s1")),
            alice(2, NOW + 2, None),
            alice(3, NOW + 1, Some("s1")),
            elsewhere,
            row(5),
        ] {
            store.create_login(login).await.unwrap();
        }
        let sid = |issuer, sid| LoginFilter::ProviderSession { issuer, sid };
        for (filter, limit, expected) in [
            (user(issuer, "auth0|alice"), 10, &[2, 3, 1][..]),
            (user(issuer, "auth0|alice"), 2, &[2, 3]),
            (user(issuer, "auth0|alice"), 0, &[]),
            (user("https://other.example/", "auth0|alice"), 10, &[4]),
            (user("", "auth0|alice"), 10, &[]),
            (user(issuer, "auth0|5"), 10, &[5]),
            (user(issuer, "auth0|"), 10, &[]),
            (user(issuer, ""), 10, &[]),
            (sid(issuer, "s1"), 10, &[3, 1]),
            (sid("https://other.example/", "s1"), 10, &[4]),
            (sid(issuer, "s"), 10, &[]),
            (sid(issuer, ""), 10, &[]),
        ] {
            let found = store.find_logins(filter, limit).await.unwrap();
            let found: Vec<_> = found.iter().map(|login| login.id).collect();
            let expected: Vec<_> = expected.iter().copied().map(id).collect();
            assert_eq!(found, expected, "{name}: {filter:?}, limit {limit}");
        }
        let found = store.find_logins(user(issuer, "auth0|5"), 1).await;
        assert_eq!(found.unwrap(), [row(5)], "{name}: all columns");
        store.delete_login(&id(2)).await.unwrap();
        let found = store.find_logins(user(issuer, "auth0|alice"), 1).await;
        assert_eq!(found.unwrap()[0].id, id(3), "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_login_comes_back_as_it_was() {
    on_every_store(|store, name| async move {
        for byte in [1, 2] {
            store.create_login(row(byte)).await.unwrap();
        }
        assert_eq!(
            store.load_login(&id(1)).await.unwrap(),
            Some(row(1)),
            "{name}"
        );
        assert_eq!(
            store.load_login(&id(2)).await.unwrap(),
            Some(row(2)),
            "{name}"
        );
        assert_eq!(store.load_login(&id(3)).await.unwrap(), None, "{name}");
        store.ping().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_session_exists_if_its_record_and_its_login_exist() {
    on_every_store(|store, name| async move {
        let key = [7; 32];
        let check = async |login, now| store.check_session(&key, &login, now).await.unwrap();
        store.create_login(row(1)).await.unwrap();
        assert_eq!(check(id(1), NOW).await, None, "{name}: no record");

        store.create_record(&key, vec![1], NOW + 10).await.unwrap();
        store.mark_used(&id(1), NOW + 5).await.unwrap();
        store.swap_tokens(&id(1), 0, vec![2]).await.unwrap();
        let state = LoginState {
            version: 1,
            last_seen_at: NOW + 5,
            expires_at: NOW + 1_000,
        };
        assert_eq!(check(id(1), NOW + 9).await, Some(state), "{name}");
        assert_eq!(check(id(2), NOW + 9).await, None, "{name}: other login");
        assert_eq!(check(id(1), NOW + 10).await, None, "{name}: expired");

        store.delete_login(&id(1)).await.unwrap();
        assert_eq!(check(id(1), NOW + 9).await, None, "{name}: no login");
        store.create_login(row(1)).await.unwrap();
        store.delete_record(&key).await.unwrap();
        assert_eq!(check(id(1), NOW + 9).await, None, "{name}: no record");
    })
    .await;
}

#[tokio::test]
async fn texts_and_numbers_of_every_kind_come_back_as_they_were() {
    on_every_store(|store, name| async move {
        let odd = LoginRecord {
            subject: "\u{0}'; DROP TABLE logins; -- 🙂".to_owned(),
            provider_session: Some(String::new()),
            created_at: i64::MIN,
            expires_at: i64::MAX,
            tokens: Vec::new(),
            ..row(1)
        };
        store.create_login(odd.clone()).await.unwrap();
        assert_eq!(store.load_login(&id(1)).await.unwrap(), Some(odd), "{name}");
    })
    .await;
}

#[tokio::test]
async fn logins_are_counted() {
    on_every_store(|store, name| async move {
        assert_eq!(store.count_logins().await.unwrap(), Some(0), "{name}");
        for number in 1..=3 {
            store.create_login(row(number)).await.unwrap();
        }
        store.delete_login(&id(2)).await.unwrap();
        assert_eq!(store.count_logins().await.unwrap(), Some(2), "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_login_never_overwrites_another() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        let other = LoginRecord {
            subject: "auth0|mallory".to_owned(),
            ..row(1)
        };
        assert!(store.create_login(other).await.is_err(), "{name}");
        assert_eq!(
            store.load_login(&id(1)).await.unwrap(),
            Some(row(1)),
            "{name}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_touch_moves_forward_only_and_changes_nothing_else() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        for (now, expected) in [
            (NOW + 60, NOW + 60),
            (NOW + 10, NOW + 60),
            (NOW + 61, NOW + 61),
        ] {
            store.mark_used(&id(1), now).await.unwrap();
            let expected = LoginRecord {
                last_seen_at: expected,
                ..row(1)
            };
            assert_eq!(
                store.load_login(&id(1)).await.unwrap(),
                Some(expected),
                "{name}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn tokens_change_by_compare_and_swap() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        assert_eq!(
            store.swap_tokens(&id(1), 0, vec![7]).await.unwrap(),
            CasOutcome::Swapped,
            "{name}"
        );
        assert_eq!(
            store.swap_tokens(&id(1), 0, vec![8]).await.unwrap(),
            CasOutcome::Conflict,
            "{name}"
        );
        assert_eq!(
            store.swap_tokens(&id(1), 2, vec![8]).await.unwrap(),
            CasOutcome::Conflict,
            "{name}"
        );
        let now = store.load_login(&id(1)).await.unwrap().unwrap();
        assert_eq!((now.version, now.tokens), (1, vec![7]), "{name}");
        assert_eq!(
            store.swap_tokens(&id(1), 1, vec![9]).await.unwrap(),
            CasOutcome::Swapped,
            "{name}"
        );
        assert_eq!(
            store.swap_tokens(&id(9), 0, vec![9]).await.unwrap(),
            CasOutcome::Missing,
            "{name}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_swaps_at_once_one_is_done() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        let swaps = (0..20_u8).map(|byte| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                (
                    byte,
                    store.swap_tokens(&id(1), 0, vec![byte]).await.unwrap(),
                )
            })
        });
        let mut done = Vec::new();
        for swap in join_all(swaps).await {
            match swap.unwrap() {
                (byte, CasOutcome::Swapped) => done.push(byte),
                (_, other) => assert_eq!(other, CasOutcome::Conflict, "{name}"),
            }
        }
        let now = store.load_login(&id(1)).await.unwrap().unwrap();
        assert_eq!((now.version, &now.tokens), (1, &done), "{name}");
        assert_eq!(done.len(), 1, "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_at_a_time() {
    on_every_store(|store, name| async move {
        let (ours, theirs) = (&[1; 16], &[2; 16]);
        let taken = LeaseOutcome::Acquired { abandoned: false };
        let login = id(1);
        let lease = |holder, now| store.lease_login(&login, holder, now, now + 6);
        assert_eq!(
            lease(ours, NOW).await.unwrap(),
            LeaseOutcome::LoginMissing,
            "{name}: no login"
        );
        store.create_login(row(1)).await.unwrap();
        store.create_login(row(2)).await.unwrap();
        assert_eq!(lease(ours, NOW).await.unwrap(), taken, "{name}");
        assert_eq!(
            lease(theirs, NOW + 5).await.unwrap(),
            LeaseOutcome::HeldElsewhere,
            "{name}"
        );
        let other = store.lease_login(&id(2), theirs, NOW, NOW + 6).await;
        assert_eq!(other.unwrap(), taken, "{name}: another login");
        // Prolonged, it lasts.
        assert_eq!(lease(ours, NOW + 5).await.unwrap(), taken, "{name}");
        assert_eq!(
            lease(theirs, NOW + 10).await.unwrap(),
            LeaseOutcome::HeldElsewhere,
            "{name}"
        );
        // Released by another holder, it remains.
        store.end_lease(&id(1), theirs).await.unwrap();
        assert_eq!(
            lease(theirs, NOW + 10).await.unwrap(),
            LeaseOutcome::HeldElsewhere,
            "{name}"
        );
        store.end_lease(&id(1), ours).await.unwrap();
        assert_eq!(lease(theirs, NOW + 10).await.unwrap(), taken, "{name}");
        // Run out, it is known to have been abandoned, once.
        let abandoned = LeaseOutcome::Acquired { abandoned: true };
        assert_eq!(lease(ours, NOW + 16).await.unwrap(), abandoned, "{name}");
        assert_eq!(lease(ours, NOW + 16).await.unwrap(), taken, "{name}");
        assert_eq!(
            lease(theirs, NOW + 16).await.unwrap(),
            LeaseOutcome::HeldElsewhere,
            "{name}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_want_a_lease_at_once_one_gets_it() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        let wishes = (0..20u8).map(|byte| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store
                    .lease_login(&id(1), &[byte; 16], NOW, NOW + 6)
                    .await
                    .unwrap()
            })
        });
        let leases: Vec<_> = join_all(wishes)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let held = leases
            .iter()
            .filter(|lease| **lease == LeaseOutcome::HeldElsewhere)
            .count();
        assert_eq!(held, 19, "{name}: {leases:?}");
    })
    .await;
}

#[tokio::test]
async fn a_login_takes_its_lease_with_it() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        store
            .lease_login(&id(1), &[1; 16], NOW, NOW + 6)
            .await
            .unwrap();
        store.delete_login(&id(1)).await.unwrap();
        store.end_lease(&id(1), &[1; 16]).await.unwrap();
        store.create_login(row(1)).await.unwrap();
        let lease = store.lease_login(&id(1), &[2; 16], NOW, NOW + 6).await;
        assert_eq!(
            lease.unwrap(),
            LeaseOutcome::Acquired { abandoned: false },
            "{name}"
        );
        // And after it expired.
        store.delete_expired(i64::MAX, i64::MIN, 10).await.unwrap();
        store.create_login(row(1)).await.unwrap();
        let lease = store.lease_login(&id(1), &[3; 16], NOW, NOW + 6).await;
        assert_eq!(
            lease.unwrap(),
            LeaseOutcome::Acquired { abandoned: false },
            "{name}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_login_is_returned_once_and_never_comes_back() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        store.mark_used(&id(1), NOW + 5).await.unwrap();
        let last = store.load_login(&id(1)).await.unwrap();
        assert_eq!(store.delete_login(&id(1)).await.unwrap(), last, "{name}");
        assert_eq!(store.delete_login(&id(1)).await.unwrap(), None, "{name}");
        store.mark_used(&id(1), NOW + 60).await.unwrap();
        assert_eq!(store.load_login(&id(1)).await.unwrap(), None, "{name}");
        assert_eq!(
            store.swap_tokens(&id(1), 0, vec![1]).await.unwrap(),
            CasOutcome::Missing,
            "{name}"
        );
        assert_eq!(store.load_login(&id(1)).await.unwrap(), None, "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_deletions_at_once_one_gets_the_login() {
    on_every_store(|store, name| async move {
        store.create_login(row(1)).await.unwrap();
        let deletions = (0..20).map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.delete_login(&id(1)).await.unwrap() })
        });
        let rows: Vec<_> = join_all(deletions).await;
        let found = rows.into_iter().filter_map(Result::unwrap).count();
        assert_eq!(found, 1, "{name}");
    })
    .await;
}

/// A late write finds no row.
#[tokio::test(flavor = "multi_thread")]
async fn changes_and_a_deletion_at_once_leave_nothing() {
    on_every_store(|store, name| async move {
        for byte in 0..10 {
            store.create_login(row(byte)).await.unwrap();
            let changes = (0..10).map(|change| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    match change {
                        5 => drop(store.delete_login(&id(byte)).await.unwrap()),
                        even if even % 2 == 0 => {
                            store.mark_used(&id(byte), NOW + 9).await.unwrap();
                        }
                        _ => drop(store.swap_tokens(&id(byte), 0, vec![1]).await.unwrap()),
                    }
                })
            });
            for change in join_all(changes).await {
                change.unwrap();
            }
            assert_eq!(store.load_login(&id(byte)).await.unwrap(), None, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_record_is_created_once_and_changed_only_while_it_is_there() {
    on_every_store(|store, name| async move {
        let key = [1; 32];
        assert!(
            !store.update_record(&key, vec![9], NOW + 10).await.unwrap(),
            "{name}"
        );
        assert_eq!(
            store.load_record(&key, NOW).await.unwrap(),
            None,
            "{name}: update created it"
        );
        assert!(
            store.create_record(&key, vec![1], NOW + 10).await.unwrap(),
            "{name}"
        );
        assert!(
            !store.create_record(&key, vec![2], NOW + 10).await.unwrap(),
            "{name}"
        );
        assert_eq!(
            store.load_record(&key, NOW).await.unwrap(),
            Some(vec![1]),
            "{name}"
        );
        assert!(
            store.update_record(&key, vec![3], NOW + 20).await.unwrap(),
            "{name}"
        );
        assert_eq!(
            store.load_record(&key, NOW + 15).await.unwrap(),
            Some(vec![3]),
            "{name}"
        );
        store.delete_record(&key).await.unwrap();
        store.delete_record(&key).await.unwrap();
        assert!(
            !store.update_record(&key, vec![4], NOW + 10).await.unwrap(),
            "{name}"
        );
        assert_eq!(
            store.load_record(&key, NOW).await.unwrap(),
            None,
            "{name}: it came back"
        );
    })
    .await;
}

#[tokio::test]
async fn a_record_that_expired_is_not_loaded() {
    on_every_store(|store, name| async move {
        let key = [2; 32];
        store.create_record(&key, vec![1], NOW + 10).await.unwrap();
        for (now, found) in [
            (NOW, true),
            (NOW + 9, true),
            (NOW + 10, false),
            (NOW + 11, false),
        ] {
            assert_eq!(
                store.load_record(&key, now).await.unwrap().is_some(),
                found,
                "{name} {now}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_consumed_once_by_twenty_at_once() {
    on_every_store(|store, name| async move {
        for byte in 0..5 {
            let consumers = (0..20).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    store
                        .consume_transaction(&[byte; 32], NOW + 600)
                        .await
                        .unwrap()
                })
            });
            let first = join_all(consumers)
                .await
                .into_iter()
                .filter(|won| *won.as_ref().unwrap());
            assert_eq!(first.count(), 1, "{name}");
        }
        assert!(
            !store.consume_transaction(&[0; 32], NOW).await.unwrap(),
            "{name}"
        );
        assert!(
            store.consume_transaction(&[9; 32], NOW).await.unwrap(),
            "{name}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_sweep_deletes_what_ended_and_nothing_else() {
    on_every_store(|store, name| async move {
        let ends_at = |byte: u8, expires_at: i64, last_seen_at: i64| LoginRecord {
            expires_at,
            last_seen_at,
            ..row(byte)
        };
        for login in [
            ends_at(1, NOW, NOW),
            ends_at(2, NOW - 1, NOW),
            ends_at(3, NOW + 1, NOW - 100),
            ends_at(4, NOW + 1, NOW - 99),
        ] {
            store.create_login(login).await.unwrap();
        }
        for (byte, end) in [(1, NOW), (2, NOW + 1)] {
            store
                .create_record(&[byte; 32], vec![1], end)
                .await
                .unwrap();
            store.consume_transaction(&[byte; 32], end).await.unwrap();
        }
        assert_eq!(
            store.delete_expired(NOW, NOW - 100, 100).await.unwrap(),
            5,
            "{name}"
        );
        assert_eq!(
            store.delete_expired(NOW, NOW - 100, 100).await.unwrap(),
            0,
            "{name}"
        );
        for (byte, left) in [(1, false), (2, false), (3, false), (4, true)] {
            assert_eq!(
                store.load_login(&id(byte)).await.unwrap().is_some(),
                left,
                "{name} {byte}"
            );
        }
        assert_eq!(
            store.load_record(&[1; 32], 0).await.unwrap(),
            None,
            "{name}"
        );
        assert!(
            store.load_record(&[2; 32], 0).await.unwrap().is_some(),
            "{name}"
        );
        assert!(
            store.consume_transaction(&[1; 32], NOW + 9).await.unwrap(),
            "{name}: forgotten"
        );
        assert!(
            !store.consume_transaction(&[2; 32], NOW + 9).await.unwrap(),
            "{name}: remembered"
        );
    })
    .await;
}

/// Cleaning up many expired sessions does not block the site.
#[tokio::test]
async fn a_sweep_is_bounded() {
    on_every_store(|store, name| async move {
        for byte in 0..10 {
            let ended = LoginRecord {
                expires_at: NOW,
                ..row(byte)
            };
            store.create_login(ended).await.unwrap();
        }
        assert_eq!(store.delete_expired(NOW, 0, 3).await.unwrap(), 3, "{name}");
        assert_eq!(
            store.delete_expired(NOW, 0, 100).await.unwrap(),
            7,
            "{name}"
        );
    })
    .await;
}

// What is special about the file.

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
    let text = "these are somebody's notes, and not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(
        error.contains("notes.txt") && error.contains("not a database"),
        "{error}"
    );
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text,
        "it was left alone"
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
