//! One refresh at a time for each login in this process, and what the last one that failed says to those who waited.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{TokenError, Want};
use crate::stores::LoginId;

/// After a failed refresh, whoever waited for it gets the same failure for this many seconds instead of asking again.
const FAILURE_GRACE: i64 = 1;

/// The refreshes under way. The key is the login, so two users never share one.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<LoginId, Weak<Flight>>>);

/// Whoever refreshes a login's tokens holds this.
pub(super) type Flight = tokio::sync::Mutex<Option<Failure>>;

/// Why the last refresh failed.
pub(super) struct Failure {
    at: i64,
    audience: String,
    scope: Vec<String>,
    error: TokenError,
}

impl Flights {
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

impl Failure {
    pub(super) fn new(at: i64, want: &Want<'_>, error: &TokenError) -> Self {
        Self {
            at,
            audience: want.audience.to_owned(),
            scope: want.scope.clone(),
            error: error.clone(),
        }
    }

    /// The failure, where it is one of `want`, too: an outage is, a token of another API that was wrong is not.
    pub(super) fn of(&self, want: &Want<'_>, now: i64) -> Option<TokenError> {
        let is_recent = (0..FAILURE_GRACE).contains(&(now - self.at));
        let is_outage = matches!(
            self.error,
            TokenError::ProviderUnavailable { .. } | TokenError::StoreUnavailable
        );
        let is_same = self.audience == want.audience && self.scope == want.scope;
        (is_recent && (is_outage || is_same)).then(|| self.error.clone())
    }
}
