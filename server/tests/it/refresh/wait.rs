//! Waiting for something to become true, and not for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const LONGEST: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Waits until `condition`; `what` it is, for who reads that it never was.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + LONGEST;
        while !condition() {
            assert!(Instant::now() < end, "never: {what}, at {caller}");
            sleep(POLL_INTERVAL).await;
        }
    }
}
