//! What the code of a site uses of its provider.

use axum_auth0::StepUp;

/// What the code of a site uses of its provider, as far as no variable says it. Only what is declared here is checked.
///
/// ```
/// use axum_auth0::StepUp;
/// use axum_auth0_doctor::{Dependencies, Grant, SiteFeatures};
///
/// let dependencies = Dependencies {
///     features: SiteFeatures::default()
///         .step_up(&StepUp::multi_factor())
///         .grant(Grant::ClientCredentials)
///         .authorization_details(["payment"]),
///     ..Dependencies::default()
/// };
/// # drop(dependencies);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFeatures {
    pub(super) acr_values: Vec<Vec<String>>,
    pub(super) grants: Vec<Grant>,
    pub(super) authorization_details: Vec<String>,
}

/// A grant besides those of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// Client credentials: [`Auth0::client_token`](axum_auth0::Auth0::client_token).
    ClientCredentials,
    /// Token exchange (RFC 8693): [`Auth0::exchange_token`](axum_auth0::Auth0::exchange_token).
    TokenExchange,
    /// Tokens of a connected service (Auth0's Token Vault).
    ConnectionToken,
    /// Client-initiated backchannel authentication: [`BackchannelLogin`](axum_auth0::BackchannelLogin).
    BackchannelLogin,
}

impl SiteFeatures {
    /// Adds a requirement of pages or actions. Its authentication context classes are checked.
    #[must_use]
    pub fn step_up(mut self, requirement: &StepUp) -> Self {
        let values = requirement.acr_values().to_vec();
        if !values.is_empty() && !self.acr_values.contains(&values) {
            self.acr_values.push(values);
        }
        self
    }

    /// Adds a grant besides those of a login.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Self {
        if !self.grants.contains(&grant) {
            self.grants.push(grant);
        }
        self
    }

    /// Adds types of `authorization_details` that logins ask for (RFC 9396).
    #[must_use]
    pub fn authorization_details<T: Into<String>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.authorization_details
            .extend(types.into_iter().map(Into::into));
        self
    }
}

impl Grant {
    /// Returns its `grant_type`.
    pub(super) fn grant_type(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::ConnectionToken => {
                "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"
            }
            Self::BackchannelLogin => "urn:openid:params:grant-type:ciba",
        }
    }

    /// Returns its name in Auth0's dashboard.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Client Credentials",
            Self::TokenExchange => "Token Exchange",
            Self::ConnectionToken => "Token Vault",
            Self::BackchannelLogin => "Client Initiated Backchannel Authentication (CIBA)",
        }
    }
}
