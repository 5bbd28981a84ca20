//! Why there is no access token.

use std::time::Duration;

use crate::{diagnosis::Diagnosis, stores::StoreError};

/// Why there is no access token. Nothing in it comes from a token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The session ended; only a new login helps.
    #[error("the session has ended; a new login is needed")]
    SignInRequired,
    /// The configuration, here or at the provider, cannot yield the token that is needed.
    #[error("{0}")]
    Misconfigured(Box<Diagnosis>),
    /// The provider does not answer now. The session is kept.
    #[error("the OpenID Provider does not answer at the moment")]
    ProviderUnavailable {
        /// When to try again, where the provider says so.
        retry_after: Option<Duration>,
    },
    /// The session store does not answer now. The session is kept.
    #[error("the session store does not answer at the moment")]
    StoreUnavailable,
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "session store");
        Self::StoreUnavailable
    }
}
