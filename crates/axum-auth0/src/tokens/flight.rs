//! One refresh at a time for each login in this process, whose outcome those share who waited for it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{TokenError, TokenRequest};
use crate::store::LoginId;

/// The refreshes under way. The key is the login, so two users never share one.
#[derive(Default)]
pub(super) struct InFlightRefreshes(Mutex<HashMap<LoginId, Weak<Flight>>>);

/// The refreshes of one login, one after the other.
#[derive(Default)]
pub(super) struct Flight {
    turn: tokio::sync::Mutex<Option<Failure>>,
    landings: AtomicU64,
}

/// The turn of a caller, held as long as its refresh takes.
pub(super) struct Turn<'f> {
    flight: &'f Flight,
    last: tokio::sync::MutexGuard<'f, Option<Failure>>,
    has_waited: bool,
}

/// Why the last refresh failed.
struct Failure {
    audience: String,
    scope: Vec<String>,
    error: TokenError,
}

impl InFlightRefreshes {
    /// The flight of `login`, the one that others hold where there is one.
    pub(super) fn of(&self, login: LoginId) -> Arc<Flight> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&login).and_then(Weak::upgrade) {
            return flight;
        }
        // Ended flights are cleared away when the map has doubled, so it grows with the flights under way only.
        if flights.len() == flights.capacity() {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(Flight::default());
        flights.insert(login, Arc::downgrade(&flight));
        flight
    }
}

impl Flight {
    /// Waits until no other refresh of the login is under way.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let landings = self.landings.load(Ordering::SeqCst);
        let last = self.turn.lock().await;
        Turn {
            flight: self,
            last,
            has_waited: self.landings.load(Ordering::SeqCst) != landings,
        }
    }
}

impl Turn<'_> {
    /// The failure of the refresh that this caller waited for, if it is one of `want`, too: an outage is, a token of
    /// another API that was wrong is not.
    pub(super) fn shared_failure(&self, want: &TokenRequest<'_>) -> Option<TokenError> {
        let failure = self.last.as_ref().filter(|_| self.has_waited)?;
        let is_outage = matches!(
            failure.error,
            TokenError::ProviderUnavailable { .. } | TokenError::StoreUnavailable
        );
        let is_same = failure.audience == want.audience && failure.scope == want.scope;
        (is_outage || is_same).then(|| failure.error.clone())
    }

    /// Leaves the outcome to those who waited.
    pub(super) fn end<T>(mut self, want: &TokenRequest<'_>, result: &Result<T, TokenError>) {
        *self.last = result.as_ref().err().map(|error| Failure {
            audience: want.audience.to_owned(),
            scope: want.scope.clone(),
            error: error.clone(),
        });
        self.flight.landings.fetch_add(1, Ordering::SeqCst);
    }
}
