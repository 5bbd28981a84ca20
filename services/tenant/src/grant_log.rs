//! One log line for each change of a grant, with the target `tenant::grants`: for programs that run the tenant and check how
//! their refresh tokens are used.

use std::time::Duration;

use tokio::time::Instant;

use crate::store::grants::Grant;

tokio::task_local! {
    /// When the token request arrived.
    static RECEIVED: Instant;
}

pub(crate) const TARGET: &str = "tenant::grants";

/// Runs a token request. The lines of its grant say how long ago it arrived: its client may be gone since then.
pub(crate) async fn of_request<T>(request: impl Future<Output = T>) -> T {
    RECEIVED.scope(Instant::now(), request).await
}

/// Logs that the tokens of a new grant were issued.
pub(crate) fn issued(grant: &Grant) {
    log("issued", grant);
}

/// Logs that a refresh token was consumed and its successor is about to be sent.
pub(crate) fn refreshed(grant: &Grant) {
    log("refreshed", grant);
}

/// Logs that a consumed refresh token was presented, which revoked the grant.
pub(crate) fn reused(grant: &Grant) {
    log("reused", grant);
}

/// Logs that the application revoked the grant.
pub(crate) fn revoked(grant: &Grant) {
    log("revoked", grant);
}

fn log(event: &'static str, grant: &Grant) {
    let waited = RECEIVED
        .try_with(Instant::elapsed)
        .unwrap_or(Duration::ZERO);
    let waited_ms = waited.as_millis();
    tracing::info!(target: TARGET, event, sub = %grant.sub, sid = %grant.sid, waited_ms);
}
