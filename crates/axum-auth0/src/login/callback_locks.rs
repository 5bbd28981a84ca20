//! Serializes the callbacks of a login.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::transaction;

/// The locks of the callbacks that run in this process, by the hash of `state`.
#[derive(Debug, Default)]
pub(crate) struct CallbackLocks(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl CallbackLocks {
    /// Returns the lock for the `state` in `query`: that of a running callback with the same `state`, or a new one.
    pub(super) fn for_query(&self, query: &str) -> Arc<tokio::sync::Mutex<()>> {
        let state = url::form_urlencoded::parse(query.as_bytes())
            .find_map(|(name, value)| (name == "state").then(|| transaction::hash(&value)))
            .unwrap_or_default();
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&state).and_then(Weak::upgrade) {
            return lock;
        }
        // Only running callbacks keep an entry.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        // A callback without `state` does not wait for other callbacks.
        if !state.is_empty() {
            locks.insert(state, Arc::downgrade(&lock));
        }
        lock
    }
}
