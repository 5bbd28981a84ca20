//! Metrics, with the feature `metrics`: counters of the events, durations, and numbers of what is in progress.
//!
//! They go to the recorder of the crate `metrics` that the program has installed, for example that of
//! `metrics-exporter-prometheus`. The values of all labels are closed lists: endpoints, operations, reasons, and the
//! registered APIs. Without the feature, or without a recorder, nothing is measured.

#[cfg(not(feature = "metrics"))]
mod disabled;
#[cfg(feature = "metrics")]
mod enabled;
mod observers;
mod table;

#[cfg(feature = "metrics")]
pub use self::backend::describe;
#[cfg(not(feature = "metrics"))]
use self::disabled as backend;
#[cfg(feature = "metrics")]
use self::enabled as backend;
pub use self::table::{METRICS, Metric, MetricKind};
#[cfg(feature = "metrics")]
pub(crate) use self::{backend::set, table::SESSIONS};
pub(crate) use self::{
    backend::{add, increment, observe},
    observers::{provider_requests, store_operations},
    table::{
        API_CALLS, DOCTOR_FINDINGS, LOGIN_FAILURES, LOGIN_STARTS, LOGINS, LOGOUT_FAILURES,
        LOGOUT_TOKENS, PROXY_STREAMS, REFRESH_DENIALS, REFRESHES, REFUSED_REQUESTS, REVOCATIONS,
        SESSION_ENDS, TASKS,
    },
};

/// A unit that is counted in a gauge until it is dropped.
#[derive(Debug)]
pub(crate) struct InProgress {
    gauge: &'static str,
    label: (&'static str, &'static str),
}

impl InProgress {
    pub(crate) fn start(gauge: &'static str, label: (&'static str, &'static str)) -> Self {
        add(gauge, label, 1.0);
        Self { gauge, label }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        add(self.gauge, self.label, -1.0);
    }
}
