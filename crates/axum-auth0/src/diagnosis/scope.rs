//! What it means that a token lacks scopes.

use super::{Diagnosis, Expectation};
use crate::config::ApiSettings;

impl Diagnosis {
    /// Returns whether scopes were never requested, or not granted.
    pub(crate) fn scope_missing(expected: &Expectation<'_>, missing: Vec<String>) -> Self {
        let (api, requested) = (expected.api, expected.requested);
        let audience = api.audience().unwrap_or("(none)");
        if missing.iter().any(|scope| !requested.contains(scope)) {
            return Self::missing_scope(api, audience, missing);
        }
        // One scope may well be forgotten; all of them together are those of another API.
        if requested.len() > 1 && requested.iter().all(|scope| missing.contains(scope)) {
            return Self::NoScopeGranted {
                audience: audience.to_owned(),
                variable: api.audience_variable().to_owned(),
                missing,
                base_url: api.base_url().to_string(),
            };
        }
        Self::ScopeNotGranted {
            audience: audience.to_owned(),
            missing,
            is_login_api: expected.config.audience() == api.audience(),
        }
    }

    /// The application does not request the scopes `missing`.
    pub(crate) fn missing_scope(api: &ApiSettings, audience: &str, missing: Vec<String>) -> Self {
        Self::MissingScope {
            audience: audience.to_owned(),
            missing,
            api: api.name().to_owned(),
            configured: api.scope().to_vec(),
        }
    }
}
