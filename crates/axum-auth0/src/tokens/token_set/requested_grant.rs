//! The grant that a login requested.

use serde::{Deserialize, Serialize};

use crate::config::{AudienceParameter, Config};

/// The grant that a login requested from the provider. If it differs from the current configuration, the tokens of the
/// login do not show whether the configuration is correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestedGrant {
    audience: Option<String>,
    scope: Vec<String>,
    /// Whether the audience was sent as `resource` rather than `audience`.
    #[serde(default)]
    by_resource: bool,
}

impl RequestedGrant {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            audience: config.audience().map(str::to_owned),
            scope: config.scope().to_vec(),
            by_resource: config.audience_parameter() == AudienceParameter::Resource,
        }
    }

    pub(crate) fn offline_access(&self) -> bool {
        self.scope.iter().any(|scope| scope == "offline_access")
    }
}
