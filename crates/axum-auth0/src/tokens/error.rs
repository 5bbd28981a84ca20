//! Errors of access token requests.

use std::time::Duration;

use crate::{config::ApiSettings, diagnosis::Diagnosis, store::StoreError};

/// Reason why an access token is unavailable. No variant contains a token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The session has ended. The user has to log in again.
    #[error("the session has ended; a new login is needed")]
    SignInRequired,
    /// The configuration, here or at the provider, prevents the token.
    #[error("{0}")]
    Misconfigured(Box<Diagnosis>),
    /// The provider is unavailable. The session is kept.
    #[error("the OpenID Provider does not answer at the moment")]
    ProviderUnavailable {
        /// Time to wait before a retry: the provider's `Retry-After`, or the remaining back-off.
        retry_after: Option<Duration>,
    },
    /// The login has the maximum number of access tokens with extra scopes.
    #[error("too many combinations of scopes are asked for")]
    TooManyTokens {
        /// Time to wait before a retry.
        retry_after: Duration,
    },
    /// A HEAD request neither refreshes tokens nor calls APIs: it has no content to produce (RFC 9110 §9.3.2).
    #[error("a HEAD request gets no access token")]
    HeadRequest,
    /// The provider has no revocation endpoint, which RFC 7009 allows. The refresh token is kept.
    #[error("the OpenID Provider cannot revoke tokens")]
    RevocationUnsupported,
    /// The session store is unavailable. The session is kept.
    #[error("the session store does not answer at the moment")]
    StoreUnavailable,
}

/// Returns a function for `map_err` that logs a failed store operation.
pub(super) fn store_unavailable(operation: &'static str) -> impl FnOnce(StoreError) -> TokenError {
    move |error| {
        tracing::error!(%error, "{operation}");
        TokenError::StoreUnavailable
    }
}

/// Logs that the API has no audience and returns the error for the caller.
pub(super) fn audience_missing(api: &ApiSettings) -> TokenError {
    let diagnosis = Diagnosis::AudienceMissing {
        variable: api.audience_variable().to_owned(),
    };
    diagnosis.log("access token unavailable");
    TokenError::Misconfigured(Box::new(diagnosis))
}

/// Returns the error for a token that cannot be used. If the login requested what the current configuration requests
/// (`is_current`), the configuration is wrong; otherwise a new login may fix it.
pub(super) fn unusable(diagnosis: Diagnosis, is_current: bool) -> TokenError {
    if is_current {
        TokenError::Misconfigured(Box::new(diagnosis))
    } else {
        TokenError::SignInRequired
    }
}

/// Logs why a token cannot be used, with the interpretation of [`unusable`].
pub(super) fn log_unusable(diagnosis: &Diagnosis, is_current: bool, operation: &str) {
    if is_current {
        diagnosis.log(operation);
    } else {
        tracing::info!(
            code = diagnosis.code().as_str(),
            "the configuration changed since this login; a new login is required"
        );
    }
}
