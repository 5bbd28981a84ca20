//! The requests and streams of a proxy that are open, and how many there may be.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::stream_end::StreamEnd;
use crate::{
    metrics::{self, InProgress},
    store::LoginId,
};

/// Maximum numbers of what is open at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamLimits {
    pub(super) session: u32,
    pub(super) process: u32,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            // A browser opens about as many streams in one connection of HTTP/2.
            session: 128,
            process: 4_096,
        }
    }
}

/// The limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Session,
    Process,
}

/// Counts what is open, in the process and for each session.
#[derive(Debug)]
pub(super) struct OpenStreams {
    api: &'static str,
    limits: StreamLimits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: u32,
    /// Only sessions with something open.
    sessions: HashMap<LoginId, u32>,
    /// Whether the limit of the process was logged since it was half empty.
    is_logged: bool,
}

impl OpenStreams {
    pub(super) fn new(api: &'static str, limits: StreamLimits) -> Arc<Self> {
        Arc::new(Self {
            api,
            limits,
            counts: Mutex::default(),
        })
    }

    /// Counts a request of this login until the place is dropped.
    pub(super) fn enter(self: &Arc<Self>, login: LoginId) -> Result<Place, Full> {
        let mut counts = self.counts();
        if counts.total >= self.limits.process {
            if !std::mem::replace(&mut counts.is_logged, true) {
                tracing::warn!(
                    api = self.api,
                    limit = self.limits.process,
                    fix = "raise `Proxy::max_streams` if the process has the memory and the file descriptors, or start \
                           another replica",
                    "proxy refuses requests: too many are open"
                );
            }
            return Err(Full::Process);
        }
        let of_session = counts.sessions.get(&login).copied().unwrap_or_default();
        if of_session >= self.limits.session {
            tracing::info!(
                api = self.api,
                limit = self.limits.session,
                "proxy refuses a request: its session has too many open"
            );
            return Err(Full::Session);
        }
        counts.sessions.insert(login, of_session + 1);
        counts.total += 1;
        drop(counts);
        Ok(Place {
            streams: Arc::clone(self),
            login,
            _in_progress: InProgress::start(metrics::PROXY_STREAMS, ("api", self.api)),
        })
    }

    fn leave(&self, login: LoginId) {
        let mut counts = self.counts();
        counts.total = counts.total.saturating_sub(1);
        if counts.total <= self.limits.process / 2 {
            counts.is_logged = false;
        }
        match counts.sessions.get_mut(&login) {
            Some(open) if *open > 1 => *open -= 1,
            _ => drop(counts.sessions.remove(&login)),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many are open.
    #[cfg(test)]
    pub(super) fn open(&self) -> u32 {
        self.counts().total
    }
}

/// One that is open, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    streams: Arc<OpenStreams>,
    login: LoginId,
    _in_progress: InProgress,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.streams.leave(self.login);
    }
}

/// An open stream: its place, and what ends it.
pub(super) struct OpenStream {
    end: Pin<Box<dyn Future<Output = StreamEnd> + Send>>,
    _place: Place,
}

impl OpenStream {
    pub(super) fn new(place: Place, end: impl Future<Output = StreamEnd> + Send + 'static) -> Self {
        Self {
            end: Box::pin(end),
            _place: place,
        }
    }

    /// Completes when the stream has to end.
    pub(super) async fn ended(&mut self) -> StreamEnd {
        (&mut self.end).await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn login() -> LoginId {
        LoginId::random(SystemRandom::shared().as_ref())
    }

    #[test]
    fn a_session_at_its_limit_does_not_prevent_others_and_each_drop_frees_a_place() {
        let limits = StreamLimits {
            session: 2,
            process: 3,
        };
        let streams = OpenStreams::new("ORDERS", limits);
        let (alice, bob) = (login(), login());
        let first = streams.enter(alice).unwrap();
        let second = streams.enter(alice).unwrap();
        assert_eq!(streams.enter(alice).unwrap_err(), Full::Session);
        let third = streams.enter(bob).unwrap();
        assert_eq!(streams.enter(bob).unwrap_err(), Full::Process);
        drop(first);
        drop(streams.enter(alice).unwrap());
        let fourth = streams.enter(bob).unwrap();
        drop((second, third, fourth));
        assert_eq!(streams.open(), 0);
        assert!(streams.counts().sessions.is_empty());
    }
}
