//! Why a token is not accepted. A token's content never gets into an error.

use serde::{Deserialize, Serialize};

use super::MAX_TOKEN_BYTES;
use crate::provider::ProviderError;

/// A string is not a compact JWT that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum JwtParseError {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token has {bytes} bytes, and at most {MAX_TOKEN_BYTES} are read")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not three segments. An opaque access token has one; an encrypted one has five.
    #[error("the token does not consist of three segments: it is opaque or encrypted")]
    Segments,
    /// A segment is not base64url without padding, in its one canonical form.
    #[error("the token is not canonical base64url")]
    Encoding,
    /// The header or the payload is not a JSON object, nests too deep, or names a member twice.
    #[error(
        "the token's header or payload is not a JSON object that can be understood in one way only"
    )]
    Json,
    /// The header lacks `alg`, or a member has the wrong type.
    #[error("the token's header is malformed")]
    Header,
}

/// Why a token's signature does not verify.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JwtError {
    /// Not a JWT at all.
    #[error(transparent)]
    Malformed(#[from] JwtParseError),
    /// Signed with an algorithm that is not on the list; `none` and the symmetric ones never are.
    #[error("the token's signature algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The header asks for an extension (`crit`, `b64`, `zip`): [RFC 7515 §4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11).
    #[error("the token's header asks for an extension that is not supported")]
    Extension,
    /// The provider has no such key, also after its keys were fetched again, or it was asked only seconds ago.
    #[error("the token is signed with a key that the provider does not publish")]
    UnknownKey,
    /// Several keys have the token's key id and fit its algorithm.
    #[error("the provider publishes several keys that fit the token")]
    AmbiguousKey,
    /// The signature is not that of the provider.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// Nothing is wrong with the token as far as we know: the provider's keys cannot be had.
    #[error("the provider's keys cannot be had: {0}")]
    Unavailable(#[from] ProviderError),
}
