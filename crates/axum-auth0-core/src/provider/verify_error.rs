//! Errors of signature verification. They hold no part of the token.

use super::ProviderError;
use crate::jwt::{HeaderError, JwtParseError};

/// The reason why [`Provider::verify`](super::Provider::verify) rejects a token or cannot verify it.
///
/// The enum is exhaustive, so that callers handle each variant.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token is not a valid JWT.
    #[error(transparent)]
    Malformed(#[from] JwtParseError),
    /// The algorithm is not allowed. `none` and symmetric algorithms are never allowed.
    #[error("the token's signature algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The header requires an extension (`crit`, `b64`, `zip`):
    /// [RFC 7515 §4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11).
    #[error("the token's header requires an extension that is not supported")]
    Extension,
    /// The provider does not publish the key. Its keys were fetched again for this token or a few seconds before.
    #[error("the token is signed with a key that the provider does not publish")]
    UnknownKey,
    /// Several keys have the token's key id and support its algorithm.
    #[error("the provider publishes several keys that match the token")]
    AmbiguousKey,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// The provider's keys are unavailable. The token may be valid or not.
    #[error("the provider's keys are unavailable: {0}")]
    Unavailable(#[from] ProviderError),
}

impl From<HeaderError> for VerifyError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Malformed(error) => Self::Malformed(error),
            HeaderError::AlgorithmNotAllowed => Self::AlgorithmNotAllowed,
            HeaderError::Extension => Self::Extension,
        }
    }
}
