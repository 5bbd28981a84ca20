//! The feed of the store with one fault.

use std::{future::pending, time::Duration};

use async_trait::async_trait;
use axum_auth0_core::store::{ChangeFeed, StoreChange, StoreError};
use tokio::{
    sync::broadcast::{Receiver, error::TryRecvError},
    time::{Instant, sleep},
};

use crate::fault::Fault;

/// Interval between proofs.
const INTERVAL: Duration = Duration::from_millis(20);

pub(crate) struct FaultyFeed {
    changes: Receiver<StoreChange>,
    fault: Fault,
    last_proof: Instant,
    /// A change that comes after a proof of a later time.
    held: Option<StoreChange>,
}

impl FaultyFeed {
    pub(crate) fn new(changes: Receiver<StoreChange>, fault: Fault) -> Self {
        Self {
            changes,
            fault,
            last_proof: Instant::now(),
            held: None,
        }
    }
}

#[async_trait]
impl ChangeFeed for FaultyFeed {
    async fn next(&mut self) -> Result<StoreChange, StoreError> {
        if let Some(change) = self.held.take() {
            return Ok(change);
        }
        loop {
            let now = Instant::now();
            match self.changes.try_recv() {
                Ok(change) if self.fault == Fault::FeedIsCurrentTooEarly => {
                    sleep(INTERVAL).await;
                    self.held = Some(change);
                    return Ok(StoreChange::Current(Instant::now()));
                }
                Ok(change) => return Ok(change),
                Err(TryRecvError::Empty) => {}
                Err(error) => return Err(StoreError(error.to_string())),
            }
            if self.fault == Fault::FeedIsNeverCurrent {
                return pending().await;
            }
            if self.last_proof.elapsed() >= INTERVAL {
                self.last_proof = now;
                let is_late = self.fault == Fault::FeedIsLate;
                let age = Duration::from_secs(u64::from(is_late));
                return Ok(StoreChange::Current(now.checked_sub(age).unwrap_or(now)));
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}
