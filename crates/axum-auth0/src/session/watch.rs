//! Whether the session of a long response or of an open connection still exists.

use std::{sync::Arc, time::Duration};

use http::Extensions;
use tokio::time::{Instant, timeout};
use tower_sessions::Session;

use super::{SessionState, SignedInUser, changes::ReadStamp, expiry::SessionTimes, records};
use crate::store::{LoginId, LoginState};

/// Maximum time of a read of the store.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// A session that could not be read for this long counts as ended.
const MAX_UNKNOWN: Duration = Duration::from_secs(30);

/// Watches the session of one request. It does not count as use of the session.
#[derive(Debug)]
pub(crate) struct SessionWatch {
    state: Arc<SessionState>,
    login: LoginId,
    record: [u8; 32],
    times: SessionTimes,
    /// Time between reads while the store reports no changes.
    interval: Duration,
    /// The last read that found the session.
    last_read: Option<(ReadStamp, Instant)>,
    /// When the session was known to exist.
    known_at: Instant,
}

impl SessionWatch {
    /// Returns `None` if the request has no session.
    pub(crate) fn of(
        state: &Arc<SessionState>,
        user: &SignedInUser,
        request: &Extensions,
        interval: Duration,
    ) -> Option<Self> {
        let id = request.get::<Session>()?.id()?;
        let row = user.login.record();
        Some(Self {
            state: Arc::clone(state),
            login: user.login(),
            record: records::key(id),
            times: SessionTimes::new(
                row.created_at,
                LoginState::from(row),
                user.expiry.provider_end,
            ),
            interval,
            last_read: None,
            known_at: Instant::now(),
        })
    }

    /// Returns whether the session still exists. Reads the store only if the session may have changed: if the store reports
    /// changes, after a change; otherwise after the interval.
    pub(crate) async fn is_active(&mut self) -> bool {
        let state = Arc::clone(&self.state);
        let now = state.clock.unix_seconds();
        if self.is_known() && !self.has_expired(now) {
            return true;
        }
        let read = state.changes.stamp();
        let found = state.store.check_session(&self.record, &self.login, now);
        match timeout(READ_TIMEOUT, found).await {
            Ok(Ok(None)) => false,
            Ok(Ok(Some(current))) => {
                self.times.last_seen_at = current.last_seen_at;
                self.times.expires_at = current.expires_at;
                self.known_at = Instant::now();
                self.last_read = Some((read, self.known_at));
                !self.has_expired(now)
            }
            failed => {
                if let Ok(Err(error)) = failed {
                    tracing::debug!(%error, "session of an open stream could not be read");
                }
                self.known_at.elapsed() < MAX_UNKNOWN && !self.has_expired(now)
            }
        }
    }

    fn is_known(&self) -> bool {
        let changes = &self.state.changes;
        self.last_read.is_some_and(|(read, at)| {
            if changes.is_proved() {
                changes.is_valid(read, &self.login, &self.record)
            } else {
                at.elapsed() < self.interval
            }
        })
    }

    fn has_expired(&self, now: i64) -> bool {
        let lifetime = self.state.config.session_lifetime();
        now >= self.times.expiry(lifetime, now).expires_at()
    }
}
