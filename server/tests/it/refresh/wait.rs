//! Waits for a condition, with a timeout.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Waits until `condition` holds; `what` describes it if it never does.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + WAIT_TIMEOUT;
        while !condition() {
            assert!(Instant::now() < end, "never: {what}, at {caller}");
            sleep(POLL_INTERVAL).await;
        }
    }
}
