//! The contract of all stores, and failures of nodes, in a cluster of three nodes.

use std::time::Duration;

use axum_auth0_core::store::CasOutcome;
use axum_auth0_stores::contract::StoreUnderTest;
use tokio::time::Instant;

use crate::{
    changes::{error_of, reported, subscribe},
    connect, id, login, now,
};

/// Nextest starts a process for each test, and a cluster needs seconds to start: it is shared by the tests of a process.
async fn open() -> Option<StoreUnderTest> {
    let url = test_databases::redis::cluster_database()?;
    let (store, replica) = (connect(&url).await, connect(&url).await);
    Some(StoreUnderTest::new(store).with_replica(replica))
}

mod contract {
    axum_auth0_stores::contract_tests!(clock: server, super::open);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sessions_of_a_node_that_was_restarted_are_found_again() {
    let Some(cluster) = test_databases::redis::cluster() else {
        return;
    };
    let store = connect(&cluster.url()).await;
    let logins: Vec<_> = (0..6).collect();
    for byte in &logins {
        store.create_login(login(*byte)).await.unwrap();
    }
    // The first node, which the store was configured with, too.
    for node in &cluster.nodes {
        node.kill();
        let start = Instant::now();
        for byte in &logins {
            // Those on other nodes may be found, and nothing is said to have ended.
            let loaded = store.load_login(&id(*byte)).await;
            assert_ne!(loaded.ok(), Some(None), "login {byte}");
            assert!(start.elapsed() < Duration::from_secs(4 * 6));
        }
        node.restart();
        assert!(cluster.wait_until_ready());
        let deadline = Instant::now() + Duration::from_secs(20);
        for byte in &logins {
            loop {
                match store.load_login(&id(*byte)).await {
                    Ok(found) => break assert!(found.is_some(), "login {byte}"),
                    Err(error) => assert!(Instant::now() < deadline, "{error}"),
                }
            }
        }
    }
    let swapped = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swapped.unwrap(), CasOutcome::Swapped);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_found_while_their_slots_move_to_another_node() {
    let Some(cluster) = test_databases::redis::cluster() else {
        return;
    };
    let store = connect(&cluster.url()).await;
    store.create_login(login(1)).await.unwrap();
    let [from, to, _] = &cluster.nodes[..] else {
        panic!("three nodes");
    };
    let key = crate::key_of(1);
    let slot = from.command(&["CLUSTER", "KEYSLOT", &key]);
    let owner = |node: &test_databases::RedisServer| node.command(&["EXISTS", &key]) == "1";
    let nodes = &cluster.nodes;
    let from = nodes.iter().find(|node| owner(node)).unwrap_or(from);
    let to = nodes.iter().find(|node| !owner(node)).unwrap_or(to);
    let from_id = from.command(&["CLUSTER", "MYID"]);
    let to_id = to.command(&["CLUSTER", "MYID"]);
    to.command(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]);
    from.command(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]);
    assert!(
        store.load_login(&id(1)).await.unwrap().is_some(),
        "not moved yet"
    );
    let port = to.port().to_string();
    let moved = from.command(&["MIGRATE", "127.0.0.1", &port, &key, "0", "5000"]);
    assert_eq!(moved, "OK");
    // The old node answers ASK.
    assert!(store.load_login(&id(1)).await.unwrap().is_some(), "moved");
    let swapped = store.swap_tokens(&id(1), 0, vec![7]).await;
    assert_eq!(swapped.unwrap(), CasOutcome::Swapped);
    for node in nodes {
        node.command(&["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]);
    }
    // The old node answers MOVED.
    store.mark_used(&id(1), now() + 60).await.unwrap();
    let login = store.load_login(&id(1)).await.unwrap().unwrap();
    assert_eq!((login.version, login.tokens), (1, vec![7]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_ends_when_a_slot_moves_and_a_new_one_knows_its_node() {
    let Some(cluster) = test_databases::redis::cluster() else {
        return;
    };
    let store = connect(&cluster.url()).await;
    let mut feed = subscribe(&store).await;
    assert_eq!(reported(&mut feed).await.unwrap(), []);
    let slot = cluster.nodes[0].command(&["CLUSTER", "KEYSLOT", &crate::key_of(1)]);
    let slots_of = |node: &test_databases::RedisServer| node.command(&["CLUSTER", "NODES"]);
    let owner = cluster.nodes.iter().position(|node| {
        let nodes = slots_of(node);
        let own = nodes.lines().find(|line| line.contains("myself"));
        let ranges = own.unwrap_or_default().split(' ').skip(8);
        let slot: u32 = slot.parse().unwrap();
        ranges.into_iter().any(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            first.parse().is_ok_and(|first: u32| first <= slot)
                && last.parse().is_ok_and(|last: u32| slot <= last)
        })
    });
    let to = &cluster.nodes[(owner.unwrap() + 1) % 3];
    let to_id = to.command(&["CLUSTER", "MYID"]);
    for node in &cluster.nodes {
        node.command(&["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]);
    }
    let error = error_of(&mut feed).await;
    assert!(error.contains("slots"), "{error}");
    // Until all nodes agree, there is none.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut feed = loop {
        let mut feed = subscribe(&store).await;
        if reported(&mut feed).await.is_ok() {
            break feed;
        }
        assert!(Instant::now() < deadline, "no feed");
    };
    store.create_login(login(1)).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    let changes = reported(&mut feed).await.unwrap();
    assert!(changes.contains(&axum_auth0_core::store::StoreChange::Login(id(1))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_node_ends_the_proofs_of_all_nodes() {
    let Some(cluster) = test_databases::redis::cluster() else {
        return;
    };
    let store = connect(&cluster.url()).await;
    for node in &cluster.nodes {
        let mut feed = subscribe(&store).await;
        assert_eq!(reported(&mut feed).await.unwrap(), []);
        node.pause();
        let stopped_at = Instant::now();
        while let Ok(change) = feed.next().await {
            let is_before = matches!(change, axum_auth0_core::store::StoreChange::Current(at) if at <= stopped_at);
            assert!(is_before, "{change:?}");
        }
        node.resume();
        assert!(cluster.wait_until_ready());
    }
}
