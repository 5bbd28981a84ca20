//! JSON Web Tokens in compact form ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519),
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)). The parser is strict: it rejects tokens that two parsers could
//! read differently.
//!
//! A [`CompactJwt`] is parsed but not verified. `Provider::verify` verifies that the signature is the provider's and
//! returns a [`VerifiedJwt`]. The caller checks issuer, audience and expiry in its [`Claims`].

mod algorithm;
mod claims;
mod compact;
mod decode_unverified;
mod error;
mod kind;
mod scope;
mod signing_key;
mod strict_json;
pub(crate) mod thumbprint;
mod verified;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::{ClaimError, Claims, numeric_date};
pub use compact::CompactJwt;
pub use decode_unverified::{UnverifiedClaims, decode_unverified};
pub(crate) use error::HeaderError;
pub use error::JwtParseError;
pub use kind::TokenKind;
pub use scope::{ScopeClaim, scope_words};
pub use signing_key::{KeyGenerationError, SignatureError, SigningKey, SigningKeyError};
pub use verified::VerifiedJwt;

/// Maximum length of a token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
