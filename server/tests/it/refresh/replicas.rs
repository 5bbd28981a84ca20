//! Three processes, one session.

use std::{collections::BTreeSet, time::Duration};

use futures::future::{Either, join_all};
use tenant::RefreshCounts;

use super::cluster::Cluster;

/// How long the tenant delays its response. All calls have arrived by then.
const ALL_ARRIVE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_over_three_processes_refresh_once_and_all_succeed() {
    let cluster = Cluster::start(3, |tenant| tenant.refresh_delay = ALL_ARRIVE).await;
    let alice = cluster.with_expired_alice().await;
    let calls = (0..100).map(|call| cluster.products(call % 3, &alice));
    for response in join_all(calls).await {
        response.unwrap().assert_is_alices();
    }
    let once = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(cluster.refreshes(), once);
    assert_eq!(cluster.ended_refreshes().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_apis_at_once_over_three_processes_refresh_once_each() {
    let cluster = Cluster::start(3, |tenant| tenant.refresh_delay = ALL_ARRIVE).await;
    let alice = cluster.with_expired_alice().await;
    // The APIs respond with the owner of the token; neither accepts the other's tokens.
    let calls = (0..100).map(|call| {
        if call % 2 == 0 {
            Either::Left(cluster.products(call % 3, &alice))
        } else {
            Either::Right(cluster.orders(call % 3, &alice))
        }
    });
    for response in join_all(calls).await {
        response.unwrap().assert_is_alices();
    }
    let twice = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(cluster.refreshes(), twice);
    let refreshes = cluster.ended_refreshes();
    assert_eq!(
        refreshes[1].form_field("refresh_token"),
        refreshes[0].response_field("refresh_token"),
        "one after the other"
    );
    let audiences: BTreeSet<_> = refreshes
        .iter()
        .map(|one| one.form_field("audience"))
        .collect();
    assert_eq!(audiences.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_slower_than_a_lease_gets_one_request() {
    // A lease that is not renewed expires after six seconds.
    let delay = Duration::from_secs(8);
    let cluster = Cluster::start(3, |tenant| tenant.refresh_delay = delay).await;
    let alice = cluster.with_expired_alice().await;
    let calls = (0..30).map(|call| cluster.products(call % 3, &alice));
    for response in join_all(calls).await {
        response.unwrap().assert_is_alices();
    }
    let once = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(cluster.refreshes(), once);
    assert_eq!(cluster.ended_refreshes().len(), 1);
}
