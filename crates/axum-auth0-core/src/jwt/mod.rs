//! JSON Web Tokens in their compact form ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519),
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)), read strictly: what two parsers could understand differently is refused.
//!
//! [`Provider::verify`](crate::provider::Provider::verify) turns a token into a [`VerifiedJwt`]: its structure is sound and its signature
//! is the provider's. Who it is for, from whom, and until when are questions for the next step, asked of its [`Claims`].

mod algorithm;
mod claims;
mod compact;
mod decode_unverified;
mod error;
mod kind;
mod scope;
mod strict_json;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::{ClaimError, Claims};
pub use compact::{Compact, MAX_TOKEN_BYTES, VerifiedJwt};
pub use decode_unverified::{UnverifiedClaims, decode_unverified};
pub use error::{JwtError, JwtParseError};
pub use kind::TokenKind;
pub use scope::{ScopeClaim, scope_words};
