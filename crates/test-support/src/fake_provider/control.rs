//! How a test changes the responses of the provider.

use std::sync::Arc;

use serde_json::Value;

use super::{Endpoint, FakeProvider, Gate, Part, Policy, Reply};
use crate::signer::Signer;

impl FakeProvider {
    /// Modifies a part of the responses from now on.
    pub fn modify(&self, part: Part, modify: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state().modifications.insert(part, Arc::new(modify));
    }

    /// Stops modifying a part of the responses.
    pub fn reset(&self, part: Part) {
        self.state().modifications.remove(&part);
    }

    pub(super) fn modified(&self, part: Part, mut value: Value) -> Value {
        let modify = self.state().modifications.get(&part).cloned();
        if let Some(modify) = modify {
            modify(&mut value);
        }
        value
    }

    /// Responds to every request at `endpoint` with `reply`.
    pub fn reply(&self, endpoint: Endpoint, reply: Reply) {
        self.state().replies.insert(endpoint, reply);
    }

    /// Responds to every request at `path` with `reply`.
    pub fn reply_at(&self, path: &str, reply: Reply) {
        self.state().replies_by_path.insert(path.to_owned(), reply);
    }

    /// Reverts [`reply`](Self::reply).
    pub fn recover(&self, endpoint: Endpoint) {
        self.state().replies.remove(&endpoint);
    }

    /// Holds back the responses of `endpoint` until the returned gate releases them. The requests take effect before.
    pub fn gate(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::default();
        self.state().gates.insert(endpoint, gate.clone());
        gate
    }

    /// Truncates the response to the next request at `endpoint`. The request takes effect.
    pub fn truncate_next(&self, endpoint: Endpoint) {
        self.state().truncations.insert(endpoint);
    }

    /// Changes the policy from now on.
    pub fn policy(&self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.state().policy);
    }

    /// Signs with `signer` from now on, and publishes its key only.
    pub fn sign_with(&self, signer: &Signer) {
        let mut state = self.state();
        state.published = vec![signer.jwk()];
        state.signer = signer.clone();
    }

    /// Replaces the published keys.
    pub fn publish(&self, keys: Vec<Value>) {
        self.state().published = keys;
    }

    /// Returns the current signing key.
    pub fn signer(&self) -> Signer {
        self.state().signer.clone()
    }
}
