//! A JWT with a verified signature.

use std::fmt;

use super::{algorithm::Algorithm, claims::Claims, compact::JwtHeader};

/// A JWT that the provider signed. Only the signature is verified.
#[derive(Clone)]
pub struct VerifiedJwt {
    header: JwtHeader,
    claims: Claims,
}

impl VerifiedJwt {
    /// Creates a verified JWT. The caller has verified the signature.
    pub(crate) fn new(header: JwtHeader, claims: Claims) -> Self {
        Self { header, claims }
    }

    /// Returns `alg`, the algorithm of the signature. It is one of the allowed algorithms.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// Returns `kid`, the id of the signature key.
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// Returns `typ`, the media type, such as `JWT` or `at+jwt`. Compare it case-insensitively.
    pub fn media_type(&self) -> Option<&str> {
        self.header.media_type.as_deref()
    }

    /// Returns the claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the claims, owned.
    pub fn into_claims(self) -> Claims {
        self.claims
    }
}

impl fmt::Debug for VerifiedJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedJwt")
            .field("algorithm", &self.header.algorithm)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
