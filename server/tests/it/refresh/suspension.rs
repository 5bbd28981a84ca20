//! A process that is suspended during a refresh for longer than its lease, and resumes: a suspended laptop, a paused
//! container, a machine without memory. The other processes take it for crashed.

use std::{fs, time::Duration};

use tenant::RefreshCounts;
use tokio::time::{Instant, sleep_until};

use super::{cluster::Cluster, wait::wait_until};

/// Longer than a lease that is not renewed, which expires after six seconds.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(7);

/// How long the tenant delays its response after it has consumed the refresh token.
const DELAY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_resumes_after_its_lease_does_not_send_its_request() {
    let mut cluster = Cluster::start(2, |_| {}).await;
    let alice = cluster.with_expired_alice().await;
    let here = cluster.file("before-request");
    let point = format!("refresh:before-request@{}", here.display());
    cluster.replicas[0].kill();
    cluster.replicas[0].start(Some(&point)).await;

    let sleeper = cluster.products(0, &alice);
    let others = async {
        wait_until("the first process is about to ask", || here.exists()).await;
        cluster.replicas[0].stop();
        // The second process waits for the lease to expire, and refreshes.
        cluster
            .products(1, &alice)
            .await
            .unwrap()
            .assert_is_alices();
        assert_eq!(cluster.refreshes().granted, 1);
        fs::remove_file(&here).unwrap();
        cluster.replicas[0].resume();
    };
    let (sleeper, ()) = tokio::join!(sleeper, others);
    sleeper.unwrap().assert_is_alices();
    let once = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(cluster.refreshes(), once, "the second one's result served");
    cluster.orders(0, &alice).await.unwrap().assert_is_alices();
    assert_eq!(cluster.refreshes().reused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_resumes_after_its_lease_does_not_overwrite_a_newer_refresh_token() {
    let cluster = Cluster::start(2, |tenant| {
        tenant.refresh_delay = DELAY;
        tenant.refresh_leeway = Duration::from_mins(1);
    })
    .await;
    let alice = cluster.with_expired_alice().await;
    let sleeper = cluster.products(0, &alice);
    let others = async {
        cluster.until_granted(1).await;
        cluster.replicas[0].stop();
        cluster
            .products(1, &alice)
            .await
            .unwrap()
            .assert_is_alices();
        cluster.replicas[0].resume();
    };
    let (sleeper, ()) = tokio::join!(sleeper, others);
    sleeper.unwrap().assert_is_alices();
    let counts = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(
        cluster.refreshes(),
        counts,
        "both got tokens, as the overlap lets them"
    );

    cluster.orders(0, &alice).await.unwrap().assert_is_alices();
    let refreshes = cluster.ended_refreshes();
    let [first, second, third] = refreshes.as_slice() else {
        panic!("{refreshes:?}")
    };
    assert_eq!(
        first.form_field("refresh_token"),
        second.form_field("refresh_token")
    );
    assert_eq!(
        third.form_field("refresh_token"),
        second.response_field("refresh_token"),
        "the younger one is kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_resumes_after_its_lease_stores_its_result_if_no_other_refreshed() {
    let cluster = Cluster::start(1, |tenant| tenant.refresh_delay = DELAY).await;
    let alice = cluster.with_expired_alice().await;
    let sleeper = cluster.products(0, &alice);
    let others = async {
        cluster.until_granted(1).await;
        cluster.replicas[0].stop();
        // The suspension is the subject of this test.
        sleep_until(Instant::now() + LONGER_THAN_A_LEASE).await;
        cluster.replicas[0].resume();
    };
    let (sleeper, ()) = tokio::join!(sleeper, others);
    sleeper.unwrap().assert_is_alices();
    cluster.orders(0, &alice).await.unwrap().assert_is_alices();
    let counts = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(cluster.refreshes(), counts);
}

/// For the process that takes over, a suspended process is like a crashed one: this is the one unavoidable case again.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_suspended_after_its_request_costs_one_login_without_an_overlap() {
    let cluster = Cluster::start(2, |tenant| tenant.refresh_delay = DELAY).await;
    let alice = cluster.with_expired_alice().await;
    let logins = cluster.logins();
    let sleeper = cluster.products(0, &alice);
    let others = async {
        cluster.until_granted(1).await;
        cluster.replicas[0].stop();
        let response = cluster.products(1, &alice).await.unwrap();
        assert_eq!(
            (response.status, &response.body["code"]),
            (401, &"sign_in_required".into())
        );
        cluster.replicas[0].resume();
    };
    let (sleeper, ()) = tokio::join!(sleeper, others);
    // Its result is discarded: the session stays terminated.
    assert_eq!(sleeper.unwrap().status, 401);
    assert_eq!(cluster.products(0, &alice).await.unwrap().status, 401);

    assert_eq!(
        alice
            .open("/profile")
            .await
            .assert_status(200)
            .path_and_query(),
        "/profile"
    );
    for replica in 0..2 {
        cluster
            .products(replica, &alice)
            .await
            .unwrap()
            .assert_is_alices();
        cluster
            .orders(replica, &alice)
            .await
            .unwrap()
            .assert_is_alices();
    }
    assert_eq!(cluster.logins() - logins, 1);
    let counts = RefreshCounts {
        granted: 2,
        reused: 1,
    };
    assert_eq!(cluster.refreshes(), counts);
}
