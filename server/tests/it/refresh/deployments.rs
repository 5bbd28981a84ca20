//! A deployment: the process receives SIGTERM during refreshes, and a new one starts on the same store. No refresh token is
//! lost, and none is sent twice: the tenant rotates them and detects reuse.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tenant::{RefreshCounts, Settings, UserSettings};

use super::{cluster::Cluster, wait::wait_until};
use crate::browser::Browser;

const USERS: usize = 50;

/// Maximum number of concurrent refreshes of a process.
const MAX_CONCURRENT_REFRESHES: u64 = 32;

/// How long the tenant delays its response after it has consumed the refresh token.
const DELAY: Duration = Duration::from_secs(2);

fn email(number: usize) -> String {
    format!("user{number}@example.com")
}

fn slow_tenant_with_users(tenant: &mut Settings) {
    tenant.refresh_delay = DELAY;
    tenant.users = (0..USERS)
        .map(|number| UserSettings {
            sub: format!("auth0|user{number}"),
            email: email(number),
            ..tenant.users[0].clone()
        })
        .collect();
}

async fn fifty_users(processes: usize) -> (Cluster, Vec<Browser>) {
    let cluster = Cluster::start(processes, slow_tenant_with_users).await;
    let emails: Vec<_> = (0..USERS).map(email).collect();
    let browsers = cluster.with_expired_users(&emails).await;
    (cluster, browsers)
}

/// Asserts that after the deployment, every user's refresh token is the last one that the tenant issued.
async fn assert_nothing_was_lost(mut cluster: Cluster, browsers: &[Browser]) {
    let users = u64::try_from(USERS).unwrap();
    let RefreshCounts { granted, reused } = cluster.refreshes();
    assert_eq!((granted, reused), (users, 0));
    let logins = cluster.logins();
    cluster.replicas[0].start(None).await;
    // A token for the orders requires a refresh, which sends the stored refresh token.
    let responses = join_all(browsers.iter().map(|browser| cluster.orders(0, browser))).await;
    for (number, response) in responses.into_iter().enumerate() {
        assert_eq!(response.unwrap().status, 200, "user {number}");
    }
    let RefreshCounts { granted, reused } = cluster.refreshes();
    println!("{USERS} users: {granted} refreshes granted, {reused} refresh tokens reused");
    assert_eq!((granted, reused), (2 * users, 0));
    assert_eq!(cluster.logins(), logins, "no user had to log in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_during_fifty_refreshes_loses_no_refresh_token() {
    let (mut cluster, browsers) = fifty_users(1).await;
    let mut process = cluster.replicas.remove(0);
    let address = process.address();
    let calls = join_all(
        browsers
            .iter()
            .map(|browser| cluster.products_at(address, browser)),
    );
    let deploy = async {
        wait_until("the first refreshes are under way", || {
            cluster.refreshes().granted >= MAX_CONCURRENT_REFRESHES
        })
        .await;
        process.terminate();
        process.exited().await
    };
    let (responses, status) = tokio::join!(calls, deploy);
    assert!(status.success(), "{status}");
    // All requests in progress were answered.
    for (number, response) in responses.into_iter().enumerate() {
        assert_eq!(response.unwrap().status, 200, "user {number}");
    }
    cluster.replicas.push(process);
    assert_nothing_was_lost(cluster, &browsers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_after_all_fifty_clients_disconnected_loses_no_refresh_token() {
    let (mut cluster, browsers) = fifty_users(1).await;
    let mut process = cluster.replicas.remove(0);
    let address = process.address();
    {
        let calls = join_all(
            browsers
                .iter()
                .map(|browser| cluster.products_at(address, browser)),
        );
        let first_refreshes = wait_until("the first refreshes are under way", || {
            cluster.refreshes().granted >= MAX_CONCURRENT_REFRESHES
        });
        tokio::select! {
            responses = calls => panic!("answered: {responses:?}"),
            () = first_refreshes => {}
        }
        // Dropping the calls closes their connections.
    }
    process.terminate();
    let status = process.exited().await;
    assert!(status.success(), "{status}");
    assert!(process.log().contains("no detached tasks are left"));
    cluster.replicas.push(process);
    assert_nothing_was_lost(cluster, &browsers).await;
}

/// The new process serves before the old one has exited.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_deployment_hands_fifty_refreshes_over() {
    let (mut cluster, browsers) = fifty_users(2).await;
    {
        let calls = join_all(browsers.iter().map(|browser| cluster.products(0, browser)));
        let first_refreshes = wait_until("the first refreshes are under way", || {
            cluster.refreshes().granted >= MAX_CONCURRENT_REFRESHES
        });
        tokio::select! {
            responses = calls => panic!("answered: {responses:?}"),
            () = first_refreshes => {}
        }
    }
    cluster.replicas[0].terminate();
    // The users' next requests go to the new process, which waits for the refreshes of the old one.
    let responses = join_all(browsers.iter().map(|browser| cluster.products(1, browser))).await;
    for (number, response) in responses.into_iter().enumerate() {
        assert_eq!(response.unwrap().status, 200, "user {number}");
    }
    let status = cluster.replicas[0].exited().await;
    assert!(status.success(), "{status}");
    assert_nothing_was_lost(cluster, &browsers).await;
}

/// Starts a process with one refresh in progress whose client has disconnected.
async fn refreshing(delay: Duration) -> (Cluster, Vec<Browser>) {
    let cluster = Cluster::start(1, |tenant| {
        slow_tenant_with_users(tenant);
        tenant.refresh_delay = delay;
    })
    .await;
    let browsers = cluster.with_expired_users(&[email(0)]).await;
    tokio::select! {
        response = cluster.products(0, &browsers[0]) => panic!("answered: {response:?}"),
        () = cluster.until_granted(1) => {}
    }
    (cluster, browsers)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_waits_for_a_refresh_whose_client_disconnected() {
    let (mut cluster, browsers) = refreshing(DELAY).await;
    cluster.replicas[0].interrupt();
    let status = cluster.replicas[0].exited().await;
    assert!(status.success(), "{status}");
    cluster.replicas[0].start(None).await;
    let response = cluster.products(0, &browsers[0]).await.unwrap();
    assert_eq!(response.status, 200);
    let counts = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(
        cluster.refreshes(),
        counts,
        "the new process found the token"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_exits_at_once_and_logs_the_cancelled_work() {
    let delay = Duration::from_secs(10);
    let (mut cluster, _) = refreshing(delay).await;
    let begin = Instant::now();
    cluster.replicas[0].terminate();
    wait_until("the process has begun to stop", || {
        cluster.replicas[0].log().contains("readiness fails")
    })
    .await;
    cluster.replicas[0].terminate();
    let status = cluster.replicas[0].exited().await;
    assert_eq!(status.code(), Some(1));
    assert!(begin.elapsed() < delay, "it waited");
    let log = cluster.replicas[0].log();
    assert!(
        log.contains("0 callbacks, 0 logouts, 1 refreshes, 0 revocations"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_fails_before_connections_are_refused() {
    let (mut cluster, _) = refreshing(DELAY).await;
    assert_eq!(cluster.readiness(0).await.unwrap().0, 200);
    cluster.replicas[0].terminate();
    wait_until("the process has begun to stop", || {
        cluster.replicas[0].log().contains("readiness fails")
    })
    .await;
    let (status, text) = cluster.readiness(0).await.unwrap();
    assert_eq!((status, text.trim()), (503, "shutting down"));
    assert!(cluster.replicas[0].exited().await.success());
    assert!(cluster.readiness(0).await.is_err());
}
