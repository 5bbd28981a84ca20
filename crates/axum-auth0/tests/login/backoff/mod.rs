//! Back-off of a failing provider, over page views, users, replicas and restarts.

mod delays;
mod misconfigurations;
mod scope;

use http::StatusCode;
use test_support::{Browser, Endpoint, FakeProvider};

const HOUR: i64 = 3_600;

fn refreshes(provider: &FakeProvider) -> usize {
    provider.request_count(Endpoint::Refresh)
}

/// Requests the page `count` times. Each response has this status.
async fn views(browser: &mut Browser, count: usize, status: StatusCode) {
    for view in 0..count {
        let response = browser.get("/token").await;
        assert_eq!(response.status, status, "view {view}: {}", response.body);
    }
}
