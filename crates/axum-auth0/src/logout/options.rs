//! What a logout request asks for.

use crate::{config::Config, return_to::ReturnTo};

/// The parameter with the path to return to.
pub(super) const RETURN_TO: &str = "returnTo";

/// The parameter that also logs out of the identity provider behind an Auth0 tenant. Its value is ignored.
pub(super) const FEDERATED: &str = "federated";

/// What a logout request asks for.
#[derive(Clone, Debug)]
pub(super) struct LogoutOptions {
    pub(super) return_to: Option<ReturnTo>,
    pub(super) federated: bool,
}

impl LogoutOptions {
    /// Reads a form or a query.
    pub(super) fn parse(config: &Config, form: &[u8]) -> Self {
        let find = |searched| {
            url::form_urlencoded::parse(form)
                .find(|(name, _)| name == searched)
                .map(|(_, value)| value)
        };
        Self {
            return_to: find(RETURN_TO).and_then(|value| config.routes().return_to(&value)),
            federated: find(FEDERATED).is_some(),
        }
    }
}
