//! Access to the claims of a token without verification.

use super::{claims::Claims, compact::CompactJwt, error::JwtParseError};

/// Claims of a token whose signature **is not verified and may be forged**. Use them for two purposes only:
///
/// - to explain the problem with a token to a developer or in a log;
/// - to check the audience and the scope of a token that was received **directly from the provider's token endpoint
///   over TLS**, which authenticates the issuer
///   ([OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), rule 6).
///
/// Do not use them for authentication or authorization.
#[derive(Clone, Debug)]
pub struct UnverifiedClaims(Claims);

impl UnverifiedClaims {
    /// Returns the unverified claims. [`UnverifiedClaims`] lists their permitted uses.
    pub fn unverified(&self) -> &Claims {
        &self.0
    }
}

/// Returns a token's claims **without verifying its signature**. [`UnverifiedClaims`] lists their permitted uses.
///
/// # Errors
/// [`JwtParseError`] if the token is opaque, encrypted, malformed or too long.
pub fn decode_unverified(token: &str) -> Result<UnverifiedClaims, JwtParseError> {
    CompactJwt::parse(token).map(|compact| UnverifiedClaims(compact.into_claims()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_token_can_be_looked_into_without_a_key() {
        // {"alg":"none"} . {"aud":"api"} . (empty)
        let claims = decode_unverified("eyJhbGciOiJub25lIn0.eyJhdWQiOiJhcGkifQ.").unwrap();
        assert_eq!(claims.unverified().audience(), Ok(vec!["api"]));
    }

    #[test]
    fn an_opaque_token_says_so() {
        assert_eq!(
            decode_unverified("dGhpcyBpcyBvcGFxdWU").unwrap_err(),
            JwtParseError::Segments
        );
    }
}
