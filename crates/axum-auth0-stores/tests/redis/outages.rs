//! A server that is paused, killed, restarted, or has lost its data.

use std::time::Duration;

use axum_auth0_core::store::{CasOutcome, LeaseOutcome, SharedStore};
use tokio::time::Instant;

use crate::{connect, id, login, now};

const PERSISTENT: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

/// No request waits longer.
const LIMIT: Duration = Duration::from_secs(4);

/// Asserts that every operation fails in time.
async fn assert_unavailable(store: &SharedStore) {
    let (key, other_key, now) = ([1; 32], [2; 32], now());
    let (login, missing, holder) = (id(1), id(9), [1; 16]);
    let start = Instant::now();
    // As many requests arrive at once.
    let (ping, load, check, record, swap, lease, delete) = tokio::join!(
        store.ping(),
        store.load_login(&login),
        store.check_session(&key, &login, now),
        store.create_record(&other_key, vec![1], now + 60),
        store.swap_tokens(&missing, 0, vec![1]),
        store.lease_login(&missing, &holder, now, now + 6),
        store.delete_login(&missing),
    );
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
    for error in [
        ping.unwrap_err(),
        load.unwrap_err(),
        check.unwrap_err(),
        record.unwrap_err(),
        swap.unwrap_err(),
        lease.unwrap_err(),
        delete.unwrap_err(),
    ] {
        assert!(error.to_string().contains("Redis at 127.0.0.1:"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_is_an_error_in_time_and_works_when_it_continues() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    store.create_login(login(1)).await.unwrap();
    server.pause();
    assert_unavailable(&store).await;
    // The second time the connection is a new one.
    assert_unavailable(&store).await;
    server.resume();
    assert!(store.load_login(&id(1)).await.unwrap().is_some());
    assert!(store.ping().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_of_a_write_to_a_paused_server_is_an_error_and_it_can_be_repeated() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    store.create_login(login(1)).await.unwrap();
    // The server knows the script.
    let other = store.swap_tokens(&id(1), 9, vec![0]).await;
    assert_eq!(other.unwrap(), CasOutcome::Conflict);
    server.pause();
    assert!(store.swap_tokens(&id(1), 0, vec![7]).await.is_err());
    server.resume();
    // The server has run it, or it runs now: either way once.
    let swapped = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swapped.unwrap(), CasOutcome::Swapped);
    let after = store.load_login(&id(1)).await.unwrap().unwrap();
    assert_eq!((after.version, after.tokens), (1, vec![7]));
    let other = store.swap_tokens(&id(1), 0, vec![8]).await;
    assert_eq!(other.unwrap(), CasOutcome::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_in_flight_to_a_paused_server_does_not_bring_a_session_back() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let (store, replica) = (connect(&server.url()).await, connect(&server.url()).await);
    let (key, login_id, end) = ([1; 32], id(1), now() + 600);
    store.create_login(login(1)).await.unwrap();
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    server.pause();
    let (save, swap, deleted, deleted_record) = tokio::join!(
        store.update_record(&key, vec![2], end),
        store.swap_tokens(&login_id, 0, vec![7]),
        replica.delete_login(&login_id),
        replica.delete_record(&key),
    );
    assert!(save.is_err() && swap.is_err() && deleted.is_err() && deleted_record.is_err());
    server.resume();
    replica.delete_login(&id(1)).await.unwrap();
    replica.delete_record(&key).await.unwrap();
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
    assert_eq!(store.load_record(&key, now()).await.unwrap(), None);
    assert!(!store.update_record(&key, vec![3], end).await.unwrap());
    assert_eq!(store.load_record(&key, now()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_kept_when_the_server_is_killed_and_started_again() {
    let Some(server) = test_databases::redis::server(PERSISTENT) else {
        return;
    };
    let store = connect(&server.url()).await;
    let (key, end) = ([1; 32], now() + 600);
    store.create_login(login(1)).await.unwrap();
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    let swapped = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swapped.unwrap(), CasOutcome::Swapped);
    for round in 1..=2 {
        server.kill();
        assert_unavailable(&store).await;
        server.restart();
        // The first request after the restart finds the session.
        let state = store.check_session(&key, &id(1), now()).await.unwrap();
        assert_eq!(state.map(|state| state.version), Some(round));
        let swap = store.swap_tokens(&id(1), round, vec![7]).await;
        assert_eq!(swap.unwrap(), CasOutcome::Swapped);
    }
    // Also if no request noticed that it was away.
    server.kill();
    server.restart();
    let found = store.find_logins(login(1).user(), 9).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_a_server_that_lost_its_data_have_ended() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let (key, now) = ([1; 32], now());
    store.create_login(login(1)).await.unwrap();
    assert!(store.create_record(&key, vec![1], now + 600).await.unwrap());
    server.kill();
    server.restart();
    assert_eq!(store.check_session(&key, &id(1), now).await.unwrap(), None);
    assert_eq!(store.load_login(&id(1)).await.unwrap(), None);
    let swap = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swap.unwrap(), CasOutcome::Missing);
    let lease = store.lease_login(&id(1), &[1; 16], now, now + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::LoginMissing);
    assert_eq!(store.find_logins(login(1).user(), 9).await.unwrap(), []);
    store.create_login(login(1)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_that_names_it_and_not_the_password() {
    use axum_auth0_stores::{RedisOptions, RedisStore};

    let port = test_databases::free_port();
    let url = format!("redis://:a-password@127.0.0.1:{port}");
    let options = RedisOptions::from_url(&url).unwrap();
    let error = RedisStore::connect(options).await.unwrap_err().to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
    assert!(!error.contains("a-password"), "{error}");
}
