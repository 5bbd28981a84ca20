//! A site with its sessions in Redis.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum_auth0::{RedisOptions, RedisStore};
use http::StatusCode;
use test_databases::RedisServer;

use crate::app::{TestEnv, TestEnvBuilder};

const PERSISTENT: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

async fn site_on(server: &RedisServer) -> TestEnv {
    let options = RedisOptions::from_url(&server.url()).unwrap();
    let mut builder = TestEnvBuilder::new();
    builder.store = Arc::new(RedisStore::connect(options).await.unwrap());
    builder.build().await
}

/// Returns the number of commands since the last call, by name.
fn commands(server: &RedisServer) -> Vec<String> {
    let statistics = server.command(&["INFO", "commandstats"]);
    server.command(&["CONFIG", "RESETSTAT"]);
    let mut commands: Vec<_> = statistics
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(':')?;
            let calls = rest.strip_prefix("calls=")?.split(',').next()?;
            Some(format!("{name} {calls}"))
        })
        .filter(|command| !command.starts_with("info") && !command.starts_with("config"))
        .collect();
    commands.sort();
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_holds_no_session_identifier_and_no_token_in_clear() {
    let Some(server) = test_databases::redis::server(PERSISTENT) else {
        return;
    };
    let env = site_on(&server).await;
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    browser.get("/token/orders").await;
    assert_eq!(server.command(&["SAVE"]), "OK");

    let mut kinds = std::collections::BTreeSet::new();
    let mut dump = String::new();
    for key in server.command(&["--scan"]).lines() {
        kinds.insert(key.split(':').nth(1).unwrap_or_default().to_owned());
        let read: &[&str] = match server.command(&["TYPE", key]).as_str() {
            "hash" => &["HGETALL", key],
            "zset" => &["ZRANGE", key, "0", "-1"],
            _ => &["GET", key],
        };
        dump.extend([key, "\n", &server.command(read), "\n"]);
    }
    let kinds: Vec<_> = kinds.iter().map(String::as_str).collect();
    let expected = ["idle", "login", "schema", "session", "transaction", "user"];
    assert!(
        expected.iter().all(|kind| kinds.contains(kind)),
        "{kinds:?}"
    );
    // Also the files: the snapshot and the append-only file.
    let mut files = 0;
    let mut folders = vec![server.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = env.secrets.found_in(&String::from_utf8_lossy(&bytes));
            assert!(found.is_empty(), "{found:?} in {}", path.display());
            files += 1;
        }
    }
    assert!(files >= 3, "{files} files");
    let found = env.secrets.found_in(&dump);
    assert!(found.is_empty(), "{found:?} in the values");
    for kind in ["access token", "cookie", "refresh token", "ID token"] {
        assert!(
            env.secrets.kinds().contains(&kind),
            "{kind} was never planted"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_view_is_one_round_trip_and_writes_nothing_within_the_minute() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let env = site_on(&server).await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    commands(&server);
    for _ in 0..10 {
        assert_eq!(browser.whoami().await, "auth0|alice");
    }
    assert_eq!(commands(&server), ["exists 10", "hmget 10"]);
    env.clock.advance(61);
    for _ in 0..10 {
        assert_eq!(browser.whoami().await, "auth0|alice");
    }
    let after_a_minute = commands(&server);
    let writes = after_a_minute
        .iter()
        .find(|command| command.starts_with("hset"));
    assert_eq!(
        writes.map(String::as_str),
        Some("hset 1"),
        "{after_a_minute:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_is_paused_guarded_pages_answer_503_and_recover_without_a_restart() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let env = site_on(&server).await;
    let mut browser = env.logged_in("alice").await;
    server.pause();
    let response = browser.get("/products").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(browser.has_session(), "the cookie is kept");
    server.resume();
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_a_redis_that_lost_its_data_have_ended_and_a_login_works() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let env = site_on(&server).await;
    let mut browser = env.logged_in("alice").await;
    server.kill();
    server.restart();
    assert_eq!(browser.whoami().await, "anonymous");
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_deletes_everything_of_the_login() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let env = site_on(&server).await;
    let mut browser = env.logged_in("alice").await;
    browser.post("/auth/logout", "").await;
    let keys = server.command(&["--scan"]);
    let kinds = keys.lines().filter_map(|key| key.split(':').nth(1));
    let kinds: std::collections::BTreeSet<_> = kinds.collect();
    assert_eq!(Vec::from_iter(kinds), ["schema", "transaction"]);
}

/// Waits until a page view of this replica reads nothing.
async fn wait_until_cached(env: &TestEnv, browser: &mut test_support::Browser) {
    let start = Instant::now();
    loop {
        let before = env.store.read_count();
        assert_eq!(browser.whoami().await, "auth0|alice");
        if env.store.read_count() == before {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "always a read");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn assert_revoked_within_a_second(url: &str, disturb: impl FnOnce()) {
    let options = || RedisOptions::from_url(url).unwrap();
    let mut builder = TestEnvBuilder::new();
    builder.store = Arc::new(RedisStore::connect(options()).await.unwrap());
    let env = builder.build().await;
    drop(env.auth0.spawn_maintenance());
    let mut browser = env.logged_in("alice").await;
    wait_until_cached(&env, &mut browser).await;
    let store = RedisStore::connect(options()).await.unwrap();
    let replica = env.auth0_builder().store(Arc::new(store));
    let replica = replica.build().await.unwrap();
    let router = replica.wrap(test_support::TestApp::router(&env.app));
    let mut elsewhere = browser.clone().with_router(&router);
    assert_eq!(elsewhere.whoami().await, "auth0|alice");
    wait_until_cached(&env, &mut browser).await;
    disturb();
    elsewhere.post("/auth/logout", "").await;
    let revoked = Instant::now();
    loop {
        let start = revoked.elapsed();
        if browser.whoami().await == "anonymous" {
            println!("honoured after {start:?}");
            return;
        }
        assert!(start < Duration::from_secs(1), "still signed in");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_by_another_replica_is_honoured_within_a_second() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    assert_revoked_within_a_second(&server.url(), || ()).await;
    // The channel is lost at the same time.
    let kill = || drop(server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]));
    assert_revoked_within_a_second(&server.url(), kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_by_another_replica_is_honoured_within_a_second_in_a_cluster() {
    let Some(cluster) = test_databases::redis::cluster() else {
        return;
    };
    assert_revoked_within_a_second(&cluster.url(), || ()).await;
}
