//! One callback at a time for each `state`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::transaction;

/// The callbacks that run in this process.
#[derive(Debug, Default)]
pub(crate) struct RunningCallbacks(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl RunningCallbacks {
    /// Returns the lock of the `state` in `query`, the one that another callback holds if there is one.
    pub(super) fn of(&self, query: &str) -> Arc<tokio::sync::Mutex<()>> {
        let state = url::form_urlencoded::parse(query.as_bytes())
            .find_map(|(name, value)| (name == "state").then(|| transaction::hash(&value)))
            .unwrap_or_default();
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = running.get(&state).and_then(Weak::upgrade) {
            return lock;
        }
        // The map grows with the callbacks that run only.
        running.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        // Without a state there is nothing to wait for.
        if !state.is_empty() {
            running.insert(state, Arc::downgrade(&lock));
        }
        lock
    }
}
