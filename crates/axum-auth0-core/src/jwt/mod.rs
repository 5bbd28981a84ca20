//! JSON Web Tokens in compact form ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519),
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)). The parser is strict: it rejects what two parsers could read differently.
//!
//! A [`CompactJwt`] is parsed and not verified. `Provider::verify` makes a [`VerifiedJwt`] of a token: the signature is the
//! provider's. Issuer, audience and expiry are still to be checked, on its [`Claims`].

mod algorithm;
mod claims;
mod compact;
mod decode_unverified;
mod error;
mod kind;
mod scope;
mod strict_json;
mod verified;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::{ClaimError, Claims};
pub use compact::CompactJwt;
pub use decode_unverified::{UnverifiedClaims, decode_unverified};
pub(crate) use error::HeaderError;
pub use error::JwtParseError;
pub use kind::TokenKind;
pub use scope::{ScopeClaim, scope_words};
pub use verified::VerifiedJwt;

/// Maximum length of a token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
