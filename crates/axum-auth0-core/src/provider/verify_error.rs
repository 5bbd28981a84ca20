//! Why a token's signature does not verify. Errors hold nothing of the token.

use super::ProviderError;
use crate::jwt::{HeaderError, JwtParseError};

/// Why [`Provider::verify`](super::Provider::verify) rejects a token, or cannot verify it.
///
/// Exhaustive: a caller has to decide on each variant.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not a valid JWT.
    #[error(transparent)]
    Malformed(#[from] JwtParseError),
    /// Signed with an algorithm that is not allowed. `none` and the symmetric ones never are.
    #[error("the token's signature algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The header requires an extension (`crit`, `b64`, `zip`): [RFC 7515 §4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11).
    #[error("the token's header requires an extension that is not supported")]
    Extension,
    /// The provider does not publish the key, also after its keys were fetched again or if that happened seconds ago.
    #[error("the token is signed with a key that the provider does not publish")]
    UnknownKey,
    /// Several keys have the token's key id and support its algorithm.
    #[error("the provider publishes several keys that match the token")]
    AmbiguousKey,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// The provider's keys are unavailable, which says nothing about the token.
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
