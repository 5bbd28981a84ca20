//! A verified access token.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    actor::Actor,
    error::BearerError,
    presented_token::Scheme,
    requirement::Requirement,
    settings::VerifierSettings,
    token_identity::{Principal, TokenIdentity},
};
use axum_auth0_core::{clock::SharedClock, jwt::Claims};

/// A verified access token for this API. The extractor requires a [`Verifier`](crate::Verifier) in the router's state.
#[derive(Clone)]
pub struct VerifiedToken {
    identity: Arc<TokenIdentity>,
    claims: Arc<Claims>,
    issuer: Arc<str>,
    clock: SharedClock,
    settings: Arc<VerifierSettings>,
}

impl VerifiedToken {
    pub(super) fn new(
        identity: TokenIdentity,
        claims: Arc<Claims>,
        issuer: Arc<str>,
        clock: SharedClock,
        settings: Arc<VerifierSettings>,
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            claims,
            issuer,
            clock,
            settings,
        }
    }

    /// Returns whether the token was verified with these settings.
    pub(super) fn is_verified_by(&self, settings: &Arc<VerifierSettings>) -> bool {
        Arc::ptr_eq(&self.settings, settings)
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

    /// Returns the party that acts for the subject (`act`), if there is one.
    pub fn actor(&self) -> Option<Actor<'_>> {
        Actor::of(self.claims.get(Actor::CLAIM)?)
    }

    /// Returns the expiry, in seconds since 1970-01-01T00:00:00Z.
    pub fn expires_at(&self) -> i64 {
        self.identity.expires_at
    }

    /// Returns the time of the user's login, in seconds since 1970-01-01T00:00:00Z.
    pub fn auth_time(&self) -> Option<i64> {
        self.identity.authorization.auth_time
    }

    /// Returns the authentication context class of the user's login.
    pub fn acr(&self) -> Option<&str> {
        self.identity.authorization.acr.as_deref()
    }

    /// Returns the scopes from `scope` or, if it has no value, from `scp`.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.identity.scopes.iter().map(String::as_str)
    }

    /// Returns the permissions of the user.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        let permissions = self.identity.authorization.permissions.iter();
        permissions.map(String::as_str)
    }

    /// Returns the roles of the user.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.identity.authorization.roles.iter().map(String::as_str)
    }

    /// Returns whether the token has a scope. The comparison is exact: `read` is not `read:products`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    /// Returns whether the user has a permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions().any(|granted| granted == permission)
    }

    /// Returns whether the user has a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|granted| granted == role)
    }

    /// Checks that the token satisfies a requirement.
    ///
    /// # Errors
    /// [`BearerError`], the response to the request: a 403 that lists the missing scopes or permissions, or a 401 with
    /// the parameters of the login that is needed.
    pub fn require(&self, requirement: &Requirement) -> Result<(), BearerError> {
        let now = self.clock.unix_seconds();
        requirement
            .check(&self.identity, now, self.settings.leeway)
            .map_err(|rejection| {
                let nonce = self.settings.dpop.as_ref().and_then(|dpop| dpop.nonce(now));
                BearerError::new(rejection, Arc::clone(&self.settings.challenge))
                    .for_scheme(self.scheme(), nonce)
            })
    }

    /// Checks that the token has a scope. The log line of the error names the claim that the scopes were read from.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientScope`](crate::BearerErrorKind::InsufficientScope), a 403 that names the scope.
    pub fn require_scope(&self, scope: &str) -> Result<(), BearerError> {
        self.require(&Requirement::scope(scope))
    }

    /// Checks that the user has a permission.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientPermission`](crate::BearerErrorKind::InsufficientPermission), a 403 that names the
    /// permission as a scope, which is how a client requests it.
    pub fn require_permission(&self, permission: &str) -> Result<(), BearerError> {
        self.require(&Requirement::permission(permission))
    }

    /// Checks that the user has a role.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientRole`](crate::BearerErrorKind::InsufficientRole), a 403.
    pub fn require_role(&self, role: &str) -> Result<(), BearerError> {
        self.require(&Requirement::role(role))
    }

    /// Checks that the user logged in at most `max_age` ago, in whole seconds.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientUserAuthentication`](crate::BearerErrorKind::InsufficientUserAuthentication), a 401
    /// with `max_age`, also if the token has no `auth_time`.
    pub fn require_recent_auth(&self, max_age: Duration) -> Result<(), BearerError> {
        self.require(&Requirement::recent_auth(max_age))
    }

    /// Checks that the user logged in with one of these authentication context classes.
    ///
    /// # Errors
    /// [`BearerErrorKind::InsufficientUserAuthentication`](crate::BearerErrorKind::InsufficientUserAuthentication), a 401
    /// with `acr_values`, also if the token has no `acr`.
    pub fn require_acr<V: Into<String>>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), BearerError> {
        self.require(&Requirement::acr(values))
    }

    /// Returns whether the token is bound to a key or to a client certificate, whose possession the request has proven.
    pub fn is_sender_constrained(&self) -> bool {
        self.identity.confirmation.is_bound()
    }

    /// Returns the scheme of its requests.
    fn scheme(&self) -> Scheme {
        if self.identity.confirmation.key.is_some() {
            Scheme::Dpop
        } else {
            Scheme::Bearer
        }
    }

    /// Returns all claims, for example custom ones (`https://example.com/department`).
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
