//! The extractor, and what a handler asks it.

use std::{fmt, sync::Arc};

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::{
    check::Identity,
    error::{BearerError, ErrorDetail},
    reason::Reason,
    refusal::Refusal,
    verifier::Verifier,
};
use axum_auth0_core::jwt::Claims;

/// On whose behalf a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A person signed in, and an application acts for them.
    User,
    /// An application acts for itself (client credentials). Its subject is no user.
    Application,
}

/// A verified access token for this API. As an extractor it needs a [`Verifier`] in the router's state.
#[derive(Clone)]
pub struct Bearer {
    identity: Arc<Identity>,
    claims: Arc<Claims>,
    issuer: Arc<str>,
    audience: Arc<str>,
    error_detail: ErrorDetail,
}

impl Bearer {
    pub(super) fn new(
        identity: Identity,
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

    /// Who it is, unique at [`Bearer::issuer`] only: a user is the pair of both.
    pub fn subject(&self) -> &str {
        &self.identity.subject
    }

    /// Who says so.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The application that sent the request.
    pub fn client_id(&self) -> &str {
        &self.identity.client
    }

    /// Whether a user or an application is behind the request.
    pub fn caller(&self) -> Caller {
        self.identity.caller
    }

    /// When it expires, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.identity.expires_at
    }

    /// All scopes: those of `scope` or, if that has no value, of `scp`.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.identity.scopes.iter().map(String::as_str)
    }

    /// Whether it has a scope, compared exactly: `read` is not `read:products`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    /// Returns an error if the token lacks a scope. The log says which claim was read.
    ///
    /// # Errors
    /// A 403 that names the scope.
    pub fn require_scope(&self, scope: &str) -> Result<(), BearerError> {
        if self.has_scope(scope) {
            return Ok(());
        }
        let reason = Reason::InsufficientScope(scope.to_owned());
        let refusal = match self.identity.scope_claim {
            Some(claim) => Refusal::claim(reason, claim, "was read, and does not have it"),
            None => Refusal::claim(reason, "scope or scp", "is missing"),
        }
        .found(&self.identity.scopes.join(" "));
        refusal.log();
        Err(BearerError::new(
            refusal,
            Arc::clone(&self.audience),
            self.error_detail,
        ))
    }

    /// All claims, for those of your own (`https://example.com/roles`).
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Bearer")
            .field("caller", &self.identity.caller)
            .field("scopes", &self.identity.scopes)
            .finish_non_exhaustive()
    }
}

impl<S> FromRequestParts<S> for Bearer
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerError> {
        Verifier::from_ref(state)
            .verify_headers(&parts.headers)
            .await
    }
}
