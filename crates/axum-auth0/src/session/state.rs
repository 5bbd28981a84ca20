//! State of the layer that loads the user.

use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{SessionRecords, SignedInUser, UserServices, best_effort::BestEffortWriter};
use crate::{
    clock::SharedClock,
    config::Config,
    diagnosis::DiagnosisVisibility,
    random::SharedRandom,
    store::{LoginRecord, SharedStore},
    trace_context::TraceContext,
};

/// State of [`load_user`](super::load_user()).
#[derive(Debug)]
pub(crate) struct SessionState {
    pub(super) config: Arc<Config>,
    pub(super) store: SharedStore,
    pub(super) records: SessionRecords,
    pub(super) writer: BestEffortWriter,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) services: Arc<UserServices>,
    pub(super) diagnoses: DiagnosisVisibility,
}

impl SessionState {
    pub(crate) fn new(
        config: Arc<Config>,
        store: SharedStore,
        records: SessionRecords,
        services: Arc<UserServices>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            diagnoses: DiagnosisVisibility::of(&config),
            config,
            store,
            records,
            writer: BestEffortWriter::default(),
            clock,
            random,
            services,
        }
    }

    /// Returns the user of `row`, for a request with `headers`.
    pub(crate) fn user(
        &self,
        row: LoginRecord,
        claims: Map<String, Value>,
        headers: &HeaderMap,
    ) -> SignedInUser {
        SignedInUser {
            services: Arc::clone(&self.services),
            login: row.id,
            page: None,
            subject: row.subject.into(),
            claims: Arc::new(claims),
            trace: TraceContext::of(headers, self.random.as_ref()),
            is_head: false,
        }
    }
}
