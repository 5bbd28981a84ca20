//! Allows one refresh at a time for each login in this process. Waiters share its failure.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::MutexGuard;

use crate::{
    store::LoginId,
    tokens::{error::TokenError, token_request::TokenRequest},
};

/// The refreshes in flight. The key is the login, so different users never share one.
#[derive(Default)]
pub(in crate::tokens) struct InFlightRefreshes(Mutex<HashMap<LoginId, Weak<InFlight>>>);

/// The lock of one login's refreshes.
#[derive(Default)]
pub(in crate::tokens) struct InFlight {
    last_failure: tokio::sync::Mutex<Option<SharedFailure>>,
    completed: AtomicU64,
}

/// The lock guard, held while a caller refreshes.
pub(in crate::tokens) struct FlightGuard<'f> {
    in_flight: &'f InFlight,
    last_failure: MutexGuard<'f, Option<SharedFailure>>,
    has_waited: bool,
}

/// The failure of the last refresh.
struct SharedFailure {
    audience: String,
    scope: Vec<String>,
    error: TokenError,
}

impl InFlightRefreshes {
    /// Returns the lock of `login`.
    pub(in crate::tokens) fn of(&self, login: LoginId) -> Arc<InFlight> {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_flight) = map.get(&login).and_then(Weak::upgrade) {
            return in_flight;
        }
        // Completed refreshes are removed before the map grows, so its size follows the number in flight.
        if map.len() == map.capacity() {
            map.retain(|_, in_flight| in_flight.strong_count() > 0);
        }
        let in_flight = Arc::new(InFlight::default());
        map.insert(login, Arc::downgrade(&in_flight));
        in_flight
    }
}

impl InFlight {
    /// Waits until no other refresh of the login is in flight.
    pub(in crate::tokens) async fn lock(&self) -> FlightGuard<'_> {
        let completed = self.completed.load(Ordering::SeqCst);
        let last_failure = self.last_failure.lock().await;
        FlightGuard {
            in_flight: self,
            last_failure,
            has_waited: self.completed.load(Ordering::SeqCst) != completed,
        }
    }
}

impl FlightGuard<'_> {
    /// Returns the failure of the refresh that this caller waited for, if it applies to `request`: an outage does, a
    /// rejected token of another API does not.
    pub(super) fn shared_failure(&self, request: &TokenRequest<'_>) -> Option<TokenError> {
        let failure = self.last_failure.as_ref().filter(|_| self.has_waited)?;
        let is_outage = matches!(
            failure.error,
            TokenError::ProviderUnavailable { .. } | TokenError::StoreUnavailable
        );
        let is_same = failure.audience == request.audience && failure.scope == request.scope;
        (is_outage || is_same).then(|| failure.error.clone())
    }

    /// Shares the result with the waiters and releases the lock.
    pub(super) fn complete<T>(
        mut self,
        request: &TokenRequest<'_>,
        result: &Result<T, TokenError>,
    ) {
        *self.last_failure = result.as_ref().err().map(|error| SharedFailure {
            audience: request.audience.to_owned(),
            scope: request.scope.clone(),
            error: error.clone(),
        });
        self.in_flight.completed.fetch_add(1, Ordering::SeqCst);
    }
}
