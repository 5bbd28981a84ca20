//! What the run counts.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    grants::{Moment, now},
    judgement::{Answer, Fault},
};

/// A request that took longer than all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stall {
    pub(crate) length: Duration,
    pub(crate) what: String,
    pub(crate) start: Moment,
}

/// A finding about one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incident {
    pub(crate) kind: IncidentKind,
    pub(crate) subject: String,
    pub(crate) at: Moment,
    pub(crate) detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum IncidentKind {
    /// Anonymous twice although the session should be alive.
    Lost,
    /// Anonymous once, and signed in afterwards.
    Flickered,
    Crossed,
    Resurrected,
    /// Neither signed in nor anonymous at the end of the run.
    Unreachable,
    /// The user could not log in at all.
    LoginImpossible,
    /// The session could not be ended: no logout, no logout token, or no revocation was accepted, although it was repeated.
    NotEnded,
}

/// Counters of a run. All users share it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    made: AtomicUsize,
    logins_started: AtomicUsize,
    counts: Mutex<BTreeMap<&'static str, usize>>,
    failures: Mutex<BTreeMap<String, usize>>,
    millis: Mutex<Vec<u32>>,
    stall: Mutex<Stall>,
    incidents: Mutex<Vec<Incident>>,
}

impl Tally {
    pub(crate) fn session_made(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// Counts a login that succeeded or was given up, which is the progress of the run.
    pub(crate) fn login_finished(&self) {
        self.logins_started.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn logins_finished(&self) -> usize {
        self.logins_started.load(Ordering::Relaxed)
    }

    /// Adds one to the counter `name`.
    pub(crate) fn count(&self, name: &'static str) {
        *lock(&self.counts).entry(name).or_default() += 1;
    }

    pub(crate) fn counted(&self, name: &str) -> usize {
        lock(&self.counts).get(name).copied().unwrap_or_default()
    }

    /// Records a request that began at `start`.
    pub(crate) fn request(&self, what: &str, start: Moment) {
        let length = now().saturating_sub(start);
        let millis = u32::try_from(length.as_millis()).unwrap_or(u32::MAX);
        lock(&self.millis).push(millis);
        let mut stall = lock(&self.stall);
        if length > stall.length {
            *stall = Stall {
                length,
                what: what.to_owned(),
                start,
            };
        }
    }

    pub(crate) fn failure(&self, kind: &str) {
        *lock(&self.failures).entry(kind.to_owned()).or_default() += 1;
    }

    /// Counts the answer if it is a failure.
    pub(crate) fn answer(&self, answer: &Answer) {
        if let Answer::Failed(kind) = answer {
            self.failure(kind);
        }
    }

    pub(crate) fn incident(&self, kind: IncidentKind, subject: &str, detail: impl Into<String>) {
        lock(&self.incidents).push(Incident {
            kind,
            subject: subject.to_owned(),
            at: now(),
            detail: detail.into(),
        });
    }

    /// Records a fault that needs no confirmation.
    pub(crate) fn fault(&self, subject: &str, fault: &Fault, detail: &str) {
        match fault {
            Fault::Crossed { seen } => {
                let detail = format!("{detail} contains data of {seen}");
                self.incident(IncidentKind::Crossed, subject, detail);
            }
            Fault::Resurrected => self.incident(IncidentKind::Resurrected, subject, detail),
            Fault::Anonymous => {}
        }
    }

    pub(crate) fn incidents(&self) -> Vec<Incident> {
        lock(&self.incidents).clone()
    }

    pub(crate) fn failures(&self) -> BTreeMap<String, usize> {
        lock(&self.failures).clone()
    }

    pub(crate) fn stall(&self) -> Stall {
        lock(&self.stall).clone()
    }

    /// Returns the number of requests, and the times within which 50 % and 99 % of them were answered.
    pub(crate) fn latencies(&self) -> (usize, Duration, Duration) {
        let mut millis = lock(&self.millis).clone();
        millis.sort_unstable();
        let quantile = |percent: usize| {
            let index = (millis.len() * percent / 100).min(millis.len().saturating_sub(1));
            Duration::from_millis(millis.get(index).copied().unwrap_or_default().into())
        };
        (millis.len(), quantile(50), quantile(99))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
