//! Follows the feed of the store, and subscribes again after a failure.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::ChangeTracker;
use crate::store::{ChangeFeed, SharedStore, StoreChange, StoreError};

/// Maximum time of a subscription.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A feed that proves nothing for this long is given up.
const PROOF_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay before a subscription after a failure. It doubles with each failure.
const MIN_DELAY: Duration = Duration::from_millis(250);

/// Maximum delay: a permanent failure, such as a pooler that does not deliver, costs little.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// Records the changes that `store` reports. Returns if it reports none.
pub(crate) async fn follow(store: &SharedStore, tracker: &ChangeTracker) {
    let mut delay = MIN_DELAY;
    let mut is_known_to_fail = false;
    loop {
        let subscription = timeout(SUBSCRIBE_TIMEOUT, store.subscribe()).await;
        let subscription = subscription.unwrap_or_else(|_| Err(timed_out()));
        let mut has_worked = false;
        let error = match subscription {
            Ok(None) => return,
            Ok(Some(feed)) => {
                tracker.start_feed();
                let error = receive(feed, tracker, &mut has_worked).await;
                tracker.end_feed();
                error
            }
            Err(error) => error,
        };
        if has_worked {
            delay = MIN_DELAY;
            is_known_to_fail = false;
        }
        if is_known_to_fail {
            tracing::debug!(%error, "subscription to changes of sessions failed");
        } else {
            is_known_to_fail = true;
            tracing::warn!(
                %error,
                fix = "give the store a direct connection, without a pooler in transaction mode, and its user the right to publish \
                    and to subscribe",
                "the session store reports no changes: each request reads it until a subscription succeeds"
            );
        }
        sleep(delay).await;
        delay = (2 * delay).min(MAX_DELAY);
    }
}

/// Records changes until the feed fails.
async fn receive(
    mut feed: Box<dyn ChangeFeed>,
    tracker: &ChangeTracker,
    has_worked: &mut bool,
) -> StoreError {
    let mut deadline = Instant::now() + PROOF_TIMEOUT;
    loop {
        let change = match timeout_at(deadline, feed.next()).await {
            Ok(Ok(change)) => change,
            Ok(Err(error)) => return error,
            Err(_) => return timed_out(),
        };
        tracker.record(change);
        if matches!(change, StoreChange::Current(_)) {
            deadline = Instant::now() + PROOF_TIMEOUT;
            if !*has_worked {
                *has_worked = true;
                tracing::info!("the session store reports changes: cached sessions need no read");
            }
        }
    }
}

fn timed_out() -> StoreError {
    StoreError("the store does not deliver its reports of changes".to_owned())
}
