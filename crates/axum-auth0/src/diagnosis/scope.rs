//! Diagnoses tokens that lack scopes.

use super::{Diagnosis, Expectation};
use crate::config::ApiSettings;

impl Diagnosis {
    /// Returns the diagnosis for missing scopes: they were not requested, or not granted.
    pub(crate) fn scope_missing(expected: &Expectation<'_>, missing: Vec<String>) -> Self {
        let (api, requested) = (expected.api, expected.requested);
        let audience = api.audience().unwrap_or("(none)");
        if !expected.is_of_login {
            return Self::ScopeNotGrantedToClient {
                audience: audience.to_owned(),
                missing,
            };
        }
        if missing.iter().any(|scope| !requested.contains(scope)) {
            return Self::missing_scope(api, audience, missing);
        }
        // A single missing scope may be an oversight. If all are missing, they belong to another API.
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

    /// Returns the diagnosis that the application does not request the scopes `missing`.
    pub(crate) fn missing_scope(api: &ApiSettings, audience: &str, missing: Vec<String>) -> Self {
        Self::MissingScope {
            audience: audience.to_owned(),
            missing,
            api: api.name().to_owned(),
            configured: api.scope().to_vec(),
        }
    }
}
