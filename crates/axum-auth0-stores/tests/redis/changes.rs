//! Reports of changes: how a lost or stalled connection, and another server, are noticed.

use std::time::Duration;

use axum_auth0_core::store::{CasOutcome, ChangeFeed, SharedStore, StoreChange, StoreError};
use tokio::time::{Instant, timeout};

use crate::{connect, id, login, now};

pub(crate) type Feed = Box<dyn ChangeFeed>;

pub(crate) async fn subscribe(store: &SharedStore) -> Feed {
    store.subscribe().await.unwrap().unwrap()
}

/// Returns what is reported until all that is complete now was reported.
pub(crate) async fn reported(feed: &mut Feed) -> Result<Vec<StoreChange>, StoreError> {
    let (now, mut changes) = (Instant::now(), Vec::new());
    loop {
        match feed.next().await? {
            StoreChange::Current(at) if at >= now => return Ok(changes),
            StoreChange::Current(_) => {}
            change => changes.push(change),
        }
    }
}

pub(crate) async fn error_of(feed: &mut Feed) -> String {
    let error = async {
        loop {
            if let Err(error) = feed.next().await {
                return error.to_string();
            }
        }
    };
    timeout(Duration::from_secs(30), error).await.unwrap()
}

#[tokio::test]
async fn the_last_use_and_the_lease_are_not_reported() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let mut feed = subscribe(&store).await;
    store.create_login(login(1)).await.unwrap();
    store.mark_used(&id(1), now() + 9).await.unwrap();
    let lease = store.lease_login(&id(1), &[1; 16], now(), now() + 6).await;
    lease.unwrap();
    store.end_lease(&id(1), &[1; 16]).await.unwrap();
    assert_eq!(reported(&mut feed).await.unwrap(), []);
}

#[tokio::test]
async fn sites_with_other_prefixes_do_not_hear_each_other() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let other = connect(&format!("{}?prefix=other:", server.url())).await;
    let mut feed = subscribe(&other).await;
    store.create_login(login(1)).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    assert_eq!(reported(&mut feed).await.unwrap(), []);
}

#[tokio::test]
async fn a_killed_server_ends_the_feed_and_a_new_subscription_works_after_its_restart() {
    let Some(server) = test_databases::redis::server(&["--appendonly", "yes"]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let mut feed = subscribe(&store).await;
    reported(&mut feed).await.unwrap();
    server.kill();
    error_of(&mut feed).await;
    store.subscribe().await.err().unwrap();
    server.restart();
    // A read replaces the lost connection.
    store.ping().await.unwrap();
    let mut feed = subscribe(&store).await;
    store.create_login(login(1)).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let changes = reported(&mut feed).await.unwrap();
    assert_eq!(changes, [StoreChange::Login(id(1))]);
}

#[tokio::test]
async fn a_stalled_server_proves_nothing_and_ends_the_feed() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let mut feed = subscribe(&store).await;
    reported(&mut feed).await.unwrap();
    server.pause();
    let stopped_at = Instant::now();
    while let Ok(change) = feed.next().await {
        let is_before = matches!(change, StoreChange::Current(at) if at <= stopped_at);
        assert!(is_before, "{change:?} of a stopped server");
    }
    server.resume();
}

/// After a failover, the old server can go on as a replica, with its connections.
#[tokio::test]
async fn a_server_that_became_a_replica_ends_the_feed() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let mut feed = subscribe(&store).await;
    reported(&mut feed).await.unwrap();
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let error = error_of(&mut feed).await;
    assert!(
        error.contains("READONLY") || error.contains("read only"),
        "{error}"
    );
}

/// The rights that docs/deploying.md names.
#[tokio::test]
async fn a_user_with_the_rights_of_the_documentation_has_a_feed() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let rules = "on >secret ~auth0:* &auth0:* +@all -@dangerous +info";
    assert!(
        include_str!("../../../../docs/deploying.md")
            .contains(&rules.replace("secret", "PASSWORD"))
    );
    let mut user = vec!["ACL", "SETUSER", "site"];
    user.extend(rules.split(' '));
    assert_eq!(server.command(&user), "OK");
    let store = connect(&server.url().replace("://", "://site:secret@")).await;
    let mut feed = subscribe(&store).await;
    store.create_login(login(1)).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let changes = reported(&mut feed).await.unwrap();
    assert_eq!(changes, [StoreChange::Login(id(1))]);
}

#[tokio::test]
async fn a_user_who_must_not_publish_has_no_feed_and_can_still_end_sessions() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let rules = ["on", ">secret", "~*", "+@all", "resetchannels"];
    let user = [&["ACL", "SETUSER", "site"][..], &rules].concat();
    assert_eq!(server.command(&user), "OK");
    let url = server.url().replace("://", "://site:secret@");
    let store = connect(&url).await;
    let error = store.subscribe().await.err().unwrap().to_string();
    assert!(
        error.contains("NOPERM") || error.contains("permission"),
        "{error}"
    );
    store.create_login(login(1)).await.unwrap();
    let swapped = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swapped.unwrap(), CasOutcome::Swapped);
    assert!(store.delete_login(&id(1)).await.unwrap().is_some());
    let (key, end) = ([1; 32], now() + 60);
    assert!(store.create_record(&key, vec![1], end).await.unwrap());
    assert!(store.update_record(&key, vec![2], end).await.unwrap());
    store.delete_record(&key).await.unwrap();
    assert_eq!(store.load_record(&key, now()).await.unwrap(), None);
}
