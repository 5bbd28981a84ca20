//! Waiting for something to become true, and not for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const LONGEST: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Waits until `is_so`; `what` it is, for who reads that it never was.
#[track_caller]
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + LONGEST;
        while !is_so() {
            assert!(Instant::now() < end, "never: {what}, at {caller}");
            sleep(POLL_INTERVAL).await;
        }
    }
}
