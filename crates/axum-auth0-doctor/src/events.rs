//! Findings as events.

use axum_auth0::{Auth0, AuthEvent, events::FindingSeverity};

use super::report::{Report, Status};

impl Report {
    /// Returns the problems and warnings as events, without their texts.
    pub fn findings(&self) -> impl Iterator<Item = AuthEvent> {
        self.checks.iter().filter_map(|check| {
            let severity = match check.status {
                Status::Warning => FindingSeverity::Warning,
                Status::Problem => FindingSeverity::Problem,
                Status::Ok | Status::Skipped => return None,
            };
            Some(AuthEvent::doctor_finding(check.id, check.code, severity))
        })
    }

    /// Adds the problems and warnings to the event stream of `auth0`, for a site that runs the doctor itself.
    ///
    /// ```no_run
    /// # async fn check(auth0: axum_auth0::Auth0) {
    /// use std::time::Duration;
    ///
    /// use axum_auth0_doctor::{Dependencies, examine};
    ///
    /// let limit = Duration::from_secs(30);
    /// let report = examine(auth0.config(), &Dependencies::default(), limit).await;
    /// report.emit_findings(&auth0);
    /// # }
    /// ```
    pub fn emit_findings(&self, auth0: &Auth0) {
        for finding in self.findings() {
            auth0.emit(&finding);
        }
    }
}
