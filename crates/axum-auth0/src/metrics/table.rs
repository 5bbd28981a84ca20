//! The table of all metrics.

/// A metric of the engine.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metric {
    /// The name, by the conventions of Prometheus.
    pub name: &'static str,
    /// The kind.
    pub kind: MetricKind,
    /// The names of the labels.
    pub labels: &'static [&'static str],
    /// What it measures.
    pub help: &'static str,
}

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A number that only grows.
    Counter,
    /// A number that grows and shrinks.
    Gauge,
    /// A distribution of durations, in seconds.
    Histogram,
}

macro_rules! table {
    ($($constant:ident: $kind:ident = $name:literal, [$($label:literal),*], $help:literal;)+) => {
        $(pub(crate) const $constant: &str = $name;)+

        /// All metrics of the engine.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $constant,
            kind: MetricKind::$kind,
            labels: &[$($label),*],
            help: $help,
        },)+];
    };
}

table! {
    LOGIN_STARTS: Counter = "auth0_login_starts_total", [], "Logins that were sent to the provider";
    LOGINS: Counter = "auth0_logins_total", [], "Logins that created a session";
    LOGIN_FAILURES: Counter = "auth0_login_failures_total", ["reason"], "Logins that failed";
    SESSION_ENDS: Counter = "auth0_session_ends_total", ["reason"], "Sessions that ended";
    LOGOUT_FAILURES: Counter = "auth0_logout_failures_total", [], "Logouts that failed because the store was unavailable";
    LOGOUT_TOKENS: Counter = "auth0_logout_tokens_total", ["outcome"], "Logout tokens of the provider";
    REFRESHES: Counter = "auth0_refreshes_total", ["outcome"], "Refreshes of access tokens";
    REFRESH_DENIALS: Counter = "auth0_refresh_denials_total", ["reason"], "Refreshes that were denied";
    REVOCATIONS: Counter = "auth0_revocations_total", ["outcome"], "Revocations of refresh tokens at the provider";
    REFUSED_REQUESTS: Counter = "auth0_requests_refused_total", ["reason"], "Requests that were refused";
    DOCTOR_FINDINGS: Counter = "auth0_doctor_findings_total", ["severity"], "Findings of the doctor";
    PROVIDER_REQUESTS: Histogram = "auth0_provider_request_duration_seconds", ["endpoint", "result"], "Requests to the provider";
    STORE_OPERATIONS: Histogram = "auth0_store_operation_duration_seconds", ["operation", "result"], "Operations of the session store";
    API_CALLS: Histogram = "auth0_api_call_duration_seconds", ["api", "result"], "Calls of the APIs, including retries and the access token";
    TASKS: Gauge = "auth0_tasks_in_progress", ["kind"], "Callbacks, logouts, refreshes and revocations in progress";
    PROXY_STREAMS: Gauge = "auth0_proxy_streams", ["api"], "Requests and streams that are open in proxies";
    SESSIONS: Gauge = "auth0_sessions", [], "Stored sessions, counted once a minute if the store can count";
}
