//! `kill -9` at every step of a refresh. After a restart the session works, or the user logs in once.
//! One crash is unavoidable at a provider that rotates without an overlap: the provider has consumed the refresh token, and
//! the new one is only in the memory of the process that crashes. These tests show that it is the only one, and what it costs.

use std::time::Duration;

use tenant::{RefreshCounts, Settings};

use super::cluster::Cluster;
use crate::browser::Browser;

/// The number of `SIGABRT`.
const ABORTED: i32 = 6;

/// The cost of a crash, after the site was restarted and both APIs were called.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    logins: usize,
    /// How often the tenant received a consumed refresh token.
    reused: u64,
    /// How many refreshes the tenant granted, before and after the crash.
    granted: u64,
}

/// No cost: one refresh for each API.
const NOTHING: Cost = Cost {
    logins: 0,
    reused: 0,
    granted: 2,
};

/// The unavoidable case: the result of the refresh is lost, the stored refresh token was consumed, and the user logs in again.
/// The new login needs no refresh for its API.
const ONE_LOGIN: Cost = Cost {
    logins: 1,
    reused: 1,
    granted: 2,
};

/// Starts a process that aborts at `point` of its first refresh.
async fn died_at(point: &str, change: impl FnOnce(&mut Settings)) -> Cost {
    let mut cluster = Cluster::start(1, change).await;
    let alice = cluster.with_expired_alice().await;
    // The user is logged in before this process starts.
    cluster.replicas[0].kill();
    cluster.replicas[0].start(Some(point)).await;
    let call = cluster.products(0, &alice).await;
    assert!(call.is_err(), "it answered: {call:?}");
    assert_eq!(cluster.replicas[0].wait_for_signal(), ABORTED);
    after_a_new_start(cluster, alice).await
}

/// Kills a process after the tenant has consumed the refresh token and before it responds.
async fn killed_during_the_request(change: impl FnOnce(&mut Settings)) -> Cost {
    let mut cluster = Cluster::start(1, |tenant| {
        tenant.refresh_delay = Duration::from_secs(2);
        change(tenant);
    })
    .await;
    let alice = cluster.with_expired_alice().await;
    let mut dying = cluster.replicas.remove(0);
    let address = dying.address();
    let call = cluster.products_at(address, &alice);
    let kill = async {
        cluster.until_granted(1).await;
        dying.kill();
    };
    let (call, ()) = tokio::join!(call, kill);
    assert!(call.is_err(), "it answered: {call:?}");
    cluster.replicas.push(dying);
    after_a_new_start(cluster, alice).await
}

async fn after_a_new_start(mut cluster: Cluster, alice: Browser) -> Cost {
    let logins_before = cluster.logins();
    cluster.replicas[0].start(None).await;
    let first = cluster.products(0, &alice).await.unwrap();
    if first.status == 401 {
        // The tenant's session still exists: the login needs no password.
        let page = alice.open("/profile").await.assert_status(200);
        assert_eq!(page.path_and_query(), "/profile");
        cluster
            .products(0, &alice)
            .await
            .unwrap()
            .assert_is_alices();
    } else {
        first.assert_is_alices();
    }
    cluster.orders(0, &alice).await.unwrap().assert_is_alices();
    // A second login is never needed.
    cluster
        .products(0, &alice)
        .await
        .unwrap()
        .assert_is_alices();
    let RefreshCounts { granted, reused } = cluster.refreshes();
    Cost {
        logins: cluster.logins() - logins_before,
        reused,
        granted,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_request_or_after_the_store_costs_nothing() {
    let (before_the_lease, before_the_request, after_the_store) = tokio::join!(
        died_at("refresh:before-lease", |_| {}),
        died_at("refresh:before-request", |_| {}),
        died_at("refresh:after-store", |_| {}),
    );
    assert_eq!(before_the_lease, NOTHING, "before the lease");
    assert_eq!(before_the_request, NOTHING, "before the request");
    assert_eq!(after_the_store, NOTHING, "after the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_request_and_the_store_costs_one_login() {
    let (in_the_request, before_the_store) = tokio::join!(
        killed_during_the_request(|_| {}),
        died_at("refresh:after-response", |_| {}),
    );
    assert_eq!(in_the_request, ONE_LOGIN, "during the request");
    assert_eq!(before_the_store, ONE_LOGIN, "before the store");
}

/// The same at a provider that accepts a consumed refresh token for a while (Auth0: *Rotation Overlap Period*).
const WITH_OVERLAP: Cost = Cost {
    logins: 0,
    reused: 0,
    granted: 3,
};

fn with_overlap(tenant: &mut Settings) {
    tenant.refresh_leeway = Duration::from_mins(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_overlap_at_the_provider_no_crash_costs_a_login() {
    let (in_the_request, before_the_store) = tokio::join!(
        killed_during_the_request(with_overlap),
        died_at("refresh:after-response", with_overlap),
    );
    assert_eq!(in_the_request, WITH_OVERLAP, "during the request");
    assert_eq!(before_the_store, WITH_OVERLAP, "before the store");
}
