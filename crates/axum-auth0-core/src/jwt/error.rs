//! Errors of the parser. They hold no part of the token.

use serde::{Deserialize, Serialize};

use super::MAX_TOKEN_BYTES;

/// The reason why a string is not a valid compact JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum JwtParseError {
    /// The token is longer than [`MAX_TOKEN_BYTES`].
    #[error("the token has {bytes} bytes; the maximum is {MAX_TOKEN_BYTES}")]
    TooLong {
        /// Length of the token in bytes.
        bytes: usize,
    },
    /// The number of segments is not three. Opaque access tokens usually have one, encrypted ones five.
    #[error("the token does not consist of three segments: it is opaque or encrypted")]
    Segments,
    /// A segment is not canonical base64url without padding.
    #[error("the token is not canonical base64url")]
    Encoding,
    /// The header or the payload is not a JSON object, is nested too deeply, or has a duplicate member.
    #[error(
        "the token's header or payload is not a JSON object that can be understood in one way only"
    )]
    Json,
    /// The header lacks `alg`, or a member has the wrong type.
    #[error("the token's header is malformed")]
    Header,
}

/// The reason why the header of a JWT is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    /// A member has the wrong type.
    #[error(transparent)]
    Malformed(#[from] JwtParseError),
    /// `alg` is not an allowed algorithm.
    #[error("the token's signature algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The header requires an extension (`crit`, `b64`, `zip`).
    #[error("the token's header requires an extension that is not supported")]
    Extension,
}
