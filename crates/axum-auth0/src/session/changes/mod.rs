//! Changes of sessions by any process: whether what this process has read before can be used without another read.

mod follow;
mod tracker;

use std::{sync::Arc, time::Duration};

pub(crate) use self::{
    follow::follow,
    tracker::{ChangeTracker, ReadStamp},
};
use crate::store::{StoreChange, StoreObserver};

/// Observes the operations of this process for the metrics, and its changes for the cached sessions: a process sees its
/// own changes at once, without waiting until the store reports them.
#[derive(Debug)]
pub(crate) struct TrackedOperations {
    pub(crate) metrics: Arc<dyn StoreObserver>,
    pub(crate) changes: Arc<ChangeTracker>,
}

impl StoreObserver for TrackedOperations {
    fn completed(&self, operation: &'static str, is_ok: bool, elapsed: Duration) {
        self.metrics.completed(operation, is_ok, elapsed);
    }

    fn may_have_changed(&self, change: StoreChange) {
        self.changes.record(change);
    }
}
