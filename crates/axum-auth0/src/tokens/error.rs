//! Why there is no access token.

use std::time::Duration;

use crate::{config::ApiSettings, diagnosis::Diagnosis, store::StoreError};

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
        /// When to try again: when the provider says, or when the site asks it again.
        retry_after: Option<Duration>,
    },
    /// The login holds as many access tokens with other scopes than those of the configuration as it may; more are not
    /// asked for now.
    #[error("too many combinations of scopes are asked for")]
    TooManyTokens {
        /// When to try again.
        retry_after: Duration,
    },
    /// A HEAD request neither refreshes tokens nor calls APIs (RFC 9110 §9.3.2: it has no content to make).
    #[error("a HEAD request gets no access token")]
    HeadRequest,
    /// The provider has no revocation endpoint (RFC 7009 is optional). The refresh token is kept.
    #[error("the OpenID Provider cannot revoke tokens")]
    RevocationUnsupported,
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

pub(super) fn audience_missing(api: &ApiSettings) -> TokenError {
    let diagnosis = Diagnosis::audience_missing(&api.audience_variable);
    diagnosis.log();
    TokenError::Misconfigured(Box::new(diagnosis))
}

/// What a token that is not right means: a wrong configuration, or only a login from before the configuration changed,
/// which a new login mends.
pub(super) fn judge(diagnosis: Diagnosis, is_current: bool) -> TokenError {
    if is_current {
        diagnosis.log();
        return TokenError::Misconfigured(Box::new(diagnosis));
    }
    tracing::info!(
        code = diagnosis.code.as_str(),
        "the configuration changed since this login; a new login is needed"
    );
    TokenError::SignInRequired
}
