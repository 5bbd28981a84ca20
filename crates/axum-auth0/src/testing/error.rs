//! Errors of a test's sign-in.

use crate::{auth0::BuildError, store::StoreError};

/// Reason why a test's user cannot be signed in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestLoginError {
    /// The test has a token for an API that the application does not register, or that is not configured.
    #[error(
        "the login has a token for the API {0}, which is not configured: register it with `login_api` or `api` before \
         `for_test`, or set {0}_API_URL and {0}_API_AUDIENCE"
    )]
    UnknownApi(&'static str),
    /// The test has a token for an audience of no API.
    #[error("the login has a token for the audience `{audience}`, but the APIs have {known}")]
    UnknownAudience {
        /// The audience of the token.
        audience: String,
        /// The audiences of the configured APIs.
        known: String,
    },
    /// The test has a token for an API without an audience.
    #[error("the login has a token for the API {api}, which has no audience: set {variable}")]
    NoAudience {
        /// The prefix of the API's variables.
        api: &'static str,
        /// The variable that sets the audience.
        variable: String,
    },
    /// The ID token is not a JWT.
    #[error("the ID token of the login is not a JWT")]
    InvalidIdToken,
    /// The session store is unavailable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// [`TestLogin::into_current_user`](super::TestLogin::into_current_user) cannot build its configuration.
    #[error(transparent)]
    Build(#[from] BuildError),
}
