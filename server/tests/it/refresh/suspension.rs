//! A process that is stopped in the midst of a refresh for longer than its lease lasts, and goes on afterwards: a suspended
//! laptop, a paused container, a machine out of memory. To the others it is dead until then.

use std::{fs, time::Duration};

use tenant::RefreshCounts;
use tokio::time::{Instant, sleep_until};

use super::{cluster::Cluster, wait::wait_until};

/// A lease that nobody prolongs ends after six seconds.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(7);

/// How long the tenant keeps the answer to itself once the refresh token is used up.
const DELAY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn who_slept_through_the_lease_before_asking_does_not_ask_any_more() {
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
        // The second one waits for the lease to end, and asks.
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
async fn who_slept_through_the_lease_after_asking_does_not_overwrite_a_younger_refresh_token() {
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
async fn who_slept_through_the_lease_while_nobody_asked_brings_the_result_home() {
    let cluster = Cluster::start(1, |tenant| tenant.refresh_delay = DELAY).await;
    let alice = cluster.with_expired_alice().await;
    let sleeper = cluster.products(0, &alice);
    let others = async {
        cluster.until_granted(1).await;
        cluster.replicas[0].stop();
        // The sleep is what this is about.
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

/// To a process that takes over, another one that sleeps is as good as dead: this is the one unavoidable case again.
#[tokio::test(flavor = "multi_thread")]
async fn who_slept_through_the_lease_after_asking_costs_one_login_where_there_is_no_overlap() {
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
    // What it brings is refused: the session does not rise from the dead.
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
