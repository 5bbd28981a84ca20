//! Measures and traces the operations of a store.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, SharedStore, Store, StoreChange, StoreError,
};

/// Observes the operations of a store.
pub trait StoreObserver: fmt::Debug + Send + Sync {
    /// Is called after each operation with the name of the method of [`Store`]. Must not block.
    fn completed(&self, operation: &'static str, is_ok: bool, elapsed: Duration);

    /// Is called when an operation of this process that makes the change has ended, also if it failed or was cancelled: it
    /// may have made it. Must not block.
    fn may_have_changed(&self, change: StoreChange) {
        let _ = change;
    }
}

/// Reports a change when the operation ends, also by cancellation.
struct ChangeGuard<'a>(&'a dyn StoreObserver, StoreChange);

impl Drop for ChangeGuard<'_> {
    fn drop(&mut self) {
        self.0.may_have_changed(self.1);
    }
}

/// A store whose operations are measured, and are spans of a trace at the level `DEBUG`.
///
/// It delegates every method, also those with a default implementation.
#[derive(Debug)]
pub struct ObservedStore {
    inner: SharedStore,
    observer: Arc<dyn StoreObserver>,
}

impl ObservedStore {
    /// Wraps `inner`.
    pub fn new(inner: SharedStore, observer: Arc<dyn StoreObserver>) -> Self {
        Self { inner, observer }
    }

    async fn observe<T>(
        &self,
        operation: &'static str,
        running: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        // The fields are those of the semantic conventions of OpenTelemetry. Keys and rows are not recorded.
        let span = tracing::debug_span!(
            "session_store",
            otel.kind = "client",
            otel.name = operation,
            otel.status_code = tracing::field::Empty,
            db.operation.name = operation,
        );
        let start = Instant::now();
        let result = running.instrument(span.clone()).await;
        if result.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        self.observer
            .completed(operation, result.is_ok(), start.elapsed());
        result
    }
}

macro_rules! delegate {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty $(, changes $change:expr)?;)+) => {
        #[async_trait]
        impl Store for ObservedStore {
            $(
                async fn $name(&self, $($argument: $type),*) -> Result<$result, StoreError> {
                    $(let _changed = ChangeGuard(self.observer.as_ref(), $change);)?
                    let running = self.inner.$name($($argument),*);
                    self.observe(stringify!($name), running).await
                }
            )+
        }
    };
}

delegate! {
    create_login(row: LoginRecord) -> ();
    load_login(id: &LoginId) -> Option<LoginRecord>;
    mark_used(id: &LoginId, now: i64) -> ();
    lease_login(id: &LoginId, holder: &LeaseHolder, now: i64, until: i64) -> LeaseOutcome;
    end_lease(id: &LoginId, holder: &LeaseHolder) -> ();
    swap_tokens(id: &LoginId, expected: i64, tokens: Vec<u8>) -> CasOutcome, changes StoreChange::Login(*id);
    delete_login(id: &LoginId) -> Option<LoginRecord>, changes StoreChange::Login(*id);
    create_record(key: &[u8; 32], record: Vec<u8>, expires_at: i64) -> bool;
    update_record(key: &[u8; 32], record: Vec<u8>, expires_at: i64) -> bool;
    load_record(key: &[u8; 32], now: i64) -> Option<Vec<u8>>;
    check_session(key: &[u8; 32], login: &LoginId, now: i64) -> Option<LoginState>;
    delete_record(key: &[u8; 32]) -> (), changes StoreChange::Record(*key);
    consume_transaction(key: &[u8; 32], expires_at: i64) -> bool;
    find_logins(filter: LoginFilter<'_>, limit: u32) -> Vec<LoginRecord>;
    count_logins() -> Option<u64>;
    delete_expired(now: i64, idle_before: i64, limit: u32) -> u64;
    ping() -> ();
    subscribe() -> Option<Box<dyn ChangeFeed>>;
}
