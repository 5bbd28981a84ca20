//! State of the layer that loads the user.

use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{
    LoginContext, SessionExpiry, SessionRecords, SignedInUser, UserServices,
    best_effort::BestEffortWriter,
    cache::SessionCache,
    changes::{self, ChangeTracker},
};
use crate::{
    clock::SharedClock, config::Config, diagnosis::DiagnosisVisibility, events::Events,
    random::SharedRandom, store::SharedStore, tokens::LoginSnapshot, trace_context::TraceContext,
};

/// State of [`load_user`](super::load_user()).
#[derive(Debug)]
pub(crate) struct SessionState {
    pub(super) config: Arc<Config>,
    pub(super) store: SharedStore,
    pub(super) records: SessionRecords,
    pub(super) cache: SessionCache,
    pub(super) changes: Arc<ChangeTracker>,
    pub(super) writer: BestEffortWriter,
    pub(super) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(super) services: Arc<UserServices>,
    pub(super) diagnoses: DiagnosisVisibility,
    pub(super) events: Events,
}

impl SessionState {
    pub(crate) fn new(
        config: Arc<Config>,
        (store, changes): (SharedStore, Arc<ChangeTracker>),
        records: SessionRecords,
        services: Arc<UserServices>,
        (clock, random): (SharedClock, SharedRandom),
        events: Events,
    ) -> Self {
        Self {
            diagnoses: DiagnosisVisibility::of(&config),
            config,
            store,
            records,
            cache: SessionCache::default(),
            changes,
            writer: BestEffortWriter::default(),
            clock,
            random,
            services,
            events,
        }
    }

    /// Records the changes that the store reports, so that cached sessions need no read. Returns if it reports none.
    pub(crate) async fn follow_changes(&self) {
        changes::follow(&self.store, &self.changes).await;
    }

    /// Removes claims and tokens of all sessions from memory. Sessions that are in use are opened again.
    pub(crate) fn forget_opened_sessions(&self) {
        self.cache.clear();
    }

    /// Returns the user of `login`, for a request with `headers`.
    pub(crate) fn user(
        &self,
        login: LoginSnapshot,
        claims: Arc<Map<String, Value>>,
        context: Arc<LoginContext>,
        expiry: SessionExpiry,
        headers: &HeaderMap,
    ) -> SignedInUser {
        SignedInUser {
            services: Arc::clone(&self.services),
            login,
            page: None,
            claims,
            context,
            expiry,
            written: Arc::default(),
            trace: TraceContext::of(headers, self.random.as_ref()),
            is_head: false,
        }
    }
}
