//! Outages of a real store, and of the provider, under a process of the site: signed-in pages fail in a bounded time, public
//! pages work, and everything recovers without a restart.

use std::time::{Duration, Instant};

use test_databases::{postgres, redis};
use tokio::time::sleep;

use crate::{
    browser::{ALICE, BOB, Browser, Response},
    refresh::cluster::Cluster,
};

/// Longest time until a request that needs the store is refused.
const MAX_RESPONSE: Duration = Duration::from_secs(10);

/// Longest time until the site works again.
const MAX_RECOVERY: Duration = Duration::from_secs(10);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

async fn in_time(response: impl Future<Output = Response>) -> Response {
    let begin = Instant::now();
    let response = response.await;
    let took = begin.elapsed();
    assert!(took < MAX_RESPONSE, "{}: {took:?}", response.url);
    response
}

/// Waits until `path` is answered with 200, and returns how long that took.
async fn until_served(browser: &Browser, path: &str) -> Duration {
    let begin = Instant::now();
    loop {
        let response = browser.visit(path).await;
        if response.status == 200 {
            return begin.elapsed();
        }
        assert!(begin.elapsed() < MAX_RECOVERY, "{}", response.status);
        sleep(POLL_INTERVAL).await;
    }
}

/// Lets the store at `url` fail and work again.
async fn survives(url: &str, fail: impl Fn(), repair: impl Fn()) {
    let cluster = Cluster::start_on(url).await;
    let (alice, visitor) = (cluster.browser(), cluster.browser());
    alice.log_in(ALICE).await.assert_status(200);
    alice.visit("/profile").await.assert_status(200);

    fail();
    let begin = Instant::now();
    for path in ["/profile", "/products", "/profile"] {
        let page = in_time(alice.visit(path)).await.assert_status(503);
        assert!(page.headers.contains_key("retry-after"), "{page:?}");
    }
    let slowest = begin.elapsed() / 3;
    let data = in_time(alice.get_json("/api/products")).await;
    assert_eq!(data.assert_status(503).error_code(), "store_unavailable");
    in_time(visitor.visit("/")).await.assert_status(200);
    in_time(alice.visit("/")).await.assert_status(200);
    visitor.visit("/healthz").await.assert_status(200);
    let (status, body) = cluster.readiness(0).await.unwrap();
    assert_eq!(
        (status, &*body),
        (503, "the session store does not answer\n")
    );
    assert!(alice.cookie("session").is_some(), "the cookie is kept");

    repair();
    let recovery = until_served(&alice, "/profile").await;
    println!("503 after {slowest:?} on average; recovered after {recovery:?}");
    let products = alice.get_json("/api/products").await.assert_status(200);
    assert_eq!(products.json()["owner"], "auth0|alice");
    let (status, body) = cluster.readiness(0).await.unwrap();
    assert_eq!((status, &*body), (200, "ready\n"));
    cluster.browser().log_in(BOB).await.assert_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_hangs_signed_in_pages_are_503_and_recover_without_a_restart() {
    let Some(server) = postgres::server() else {
        return;
    };
    let database = server.create_database();
    survives(database.url(), || server.pause(), || server.resume()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_postgresql_was_killed_signed_in_pages_recover_without_a_restart() {
    let Some(server) = postgres::server() else {
        return;
    };
    let database = server.create_database();
    survives(database.url(), || server.kill(), || server.restart()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_hangs_signed_in_pages_are_503_and_recover_without_a_restart() {
    let Some(server) = redis::server(&[]) else {
        return;
    };
    survives(&server.url(), || server.pause(), || server.resume()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_redis_was_killed_signed_in_pages_recover_without_a_restart() {
    let Some(server) = redis::server(&["--appendonly", "yes", "--appendfsync", "always"]) else {
        return;
    };
    survives(&server.url(), || server.kill(), || server.restart()).await;
}

/// Until a token has to be refreshed, nothing needs the provider.
async fn works_without_provider(url: &str) {
    let mut cluster = Cluster::start_on(url).await;
    let (alice, bob) = (cluster.browser(), cluster.browser());
    alice.log_in(ALICE).await.assert_status(200);
    cluster.stop_tenant().await;
    for _ in 0..3 {
        alice.visit("/profile").await.assert_status(200);
        let products = alice.get_json("/api/products").await.assert_status(200);
        assert_eq!(products.json()["owner"], "auth0|alice");
    }
    bob.visit("/").await.assert_status(200);
    // No replica is taken out.
    let (status, _) = cluster.readiness(0).await.unwrap();
    assert_eq!(status, 200);
    cluster.start_tenant();
    bob.log_in(BOB).await.assert_status(200);
}

/// The page that needs a token is 503; the others work.
async fn keeps_session_without_provider(url: &str) {
    let mut cluster = Cluster::start_on(url).await;
    let alice = cluster.with_expired_alice().await;
    cluster.stop_tenant().await;
    let refused = alice.get_json("/api/products").await.assert_status(503);
    assert_eq!(refused.error_code(), "provider_unavailable");
    alice.visit("/profile").await.assert_status(200);
    let (status, _) = cluster.readiness(0).await.unwrap();
    assert_eq!(status, 200);
    cluster.start_tenant();
    until_served(&alice, "/api/products").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_down_users_on_postgresql_work_until_their_tokens_expire() {
    let Some(server) = postgres::server() else {
        return;
    };
    works_without_provider(server.create_database().url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_down_users_on_redis_work_until_their_tokens_expire() {
    let Some(server) = redis::server(&[]) else {
        return;
    };
    works_without_provider(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_on_postgresql_that_expires_while_the_provider_is_down_is_refreshed_later() {
    let Some(server) = postgres::server() else {
        return;
    };
    keeps_session_without_provider(server.create_database().url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_on_redis_that_expires_while_the_provider_is_down_is_refreshed_later() {
    let Some(server) = redis::server(&[]) else {
        return;
    };
    keeps_session_without_provider(&server.url()).await;
}
