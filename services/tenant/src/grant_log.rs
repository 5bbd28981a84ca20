//! One log line for each change of a grant, with the target `tenant::grants`: for programs that run the tenant and check how
//! their refresh tokens are used.

use crate::store::grants::Grant;

pub(crate) const TARGET: &str = "tenant::grants";

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
    tracing::info!(target: TARGET, event, sub = %grant.sub, sid = %grant.sid);
}
