//! A verified access token.

use std::{fmt, sync::Arc};

use super::{
    error::{BearerError, ErrorDetail},
    error_kind::BearerErrorKind,
    rejection::Rejection,
    token_identity::{Principal, TokenIdentity},
};
use axum_auth0_core::jwt::Claims;

/// A verified access token for this API. The extractor requires a [`Verifier`](crate::Verifier) in the router's state.
#[derive(Clone)]
pub struct VerifiedToken {
    identity: Arc<TokenIdentity>,
    claims: Arc<Claims>,
    issuer: Arc<str>,
    audience: Arc<str>,
    error_detail: ErrorDetail,
}

impl VerifiedToken {
    pub(super) fn new(
        identity: TokenIdentity,
        claims: Claims,
        issuer: Arc<str>,
        (audience, error_detail): (Arc<str>, ErrorDetail),
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            claims: Arc::new(claims),
            issuer,
            audience,
            error_detail,
        }
    }

    /// Returns the subject. It is unique only within [`VerifiedToken::issuer`], so both together identify a user.
    pub fn subject(&self) -> &str {
        &self.identity.subject
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the client that the token was issued to.
    pub fn client_id(&self) -> &str {
        &self.identity.client
    }

    /// Returns the principal: a user, or the client itself.
    pub fn principal(&self) -> Principal {
        self.identity.principal
    }

    /// Returns the expiry, in seconds since 1970-01-01T00:00:00Z.
    pub fn expires_at(&self) -> i64 {
        self.identity.expires_at
    }

    /// Returns the scopes from `scope` or, if it has no value, from `scp`.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.identity.scopes.iter().map(String::as_str)
    }

    /// Returns whether the token has a scope. The comparison is exact: `read` is not `read:products`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    /// Checks that the token has a scope. The log line of the error names the claim that the scopes were read from.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientScope`], a 403 that names the scope.
    pub fn require_scope(&self, scope: &str) -> Result<(), BearerError> {
        if self.has_scope(scope) {
            return Ok(());
        }
        let kind = BearerErrorKind::InsufficientScope(scope.to_owned());
        let rejection = match self.identity.scope_claim {
            Some(claim) => Rejection::claim(kind, claim, "was read, and does not have it"),
            None => Rejection::claim(kind, "scope or scp", "is missing"),
        }
        .found(&self.identity.scopes.join(" "));
        Err(BearerError::new(
            rejection,
            Arc::clone(&self.audience),
            self.error_detail,
        ))
    }

    /// Returns all claims, for example custom ones (`https://example.com/roles`).
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("principal", &self.identity.principal)
            .field("scopes", &self.identity.scopes)
            .finish_non_exhaustive()
    }
}
