//! The claims of a token without verification.

use super::{claims::Claims, compact::CompactJwt, error::JwtParseError};

/// Claims whose signature **was not verified: anyone may have written them**. They may be used for two things only:
///
/// - to explain, to a developer or in a log, what is wrong with a token;
/// - to check the audience and the scope of a token that **came straight from the provider's token endpoint over TLS**, which vouches for
///   it ([OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), rule 6).
///
/// They never decide who someone is or what someone may do.
#[derive(Clone, Debug)]
pub struct UnverifiedClaims(Claims);

impl UnverifiedClaims {
    /// What the token says about itself. See the type for what this may be used for.
    pub fn unverified(&self) -> &Claims {
        &self.0
    }
}

/// Reads a token's claims **without checking its signature**. [`UnverifiedClaims`] says what they may be used for.
///
/// # Errors
/// [`JwtParseError`] if it is no JWT: opaque, encrypted, malformed or too long.
pub fn decode_unverified(token: &str) -> Result<UnverifiedClaims, JwtParseError> {
    CompactJwt::parse(token).map(|compact| UnverifiedClaims(compact.into_claims()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_token_can_be_looked_into_without_a_key() {
        // {"alg":"none"} . {"aud":"api"} . (nothing)
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
