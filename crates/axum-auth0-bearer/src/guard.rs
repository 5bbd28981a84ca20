//! A requirement as a layer, and as the type of an extractor.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    middleware::{FromExtractorLayer, from_extractor_with_state},
};
use http::request::Parts;

use super::{
    error::BearerError, extractor::verified_token, requirement::Requirement,
    verified_token::VerifiedToken, verifier::Verifier,
};

/// The layer that [`Verifier::require`] returns.
pub type GuardLayer = FromExtractorLayer<GuardCheck, Guard>;

/// The verifier and the requirement of a [`GuardLayer`].
#[derive(Clone, Debug)]
pub struct Guard {
    verifier: Verifier,
    requirement: Arc<Requirement>,
}

/// The check of a [`GuardLayer`].
#[derive(Debug)]
pub struct GuardCheck(());

impl FromRequestParts<Guard> for GuardCheck {
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, guard: &Guard) -> Result<Self, BearerError> {
        let token = verified_token(parts, &guard.verifier).await?;
        token.require(&guard.requirement)?;
        Ok(Self(()))
    }
}

impl Verifier {
    /// Returns a layer for routes whose requests need a valid token that satisfies `requirement`. Handlers and services
    /// below it find the [`VerifiedToken`] in the extensions of the request; the extractor does not verify it again.
    ///
    /// ```
    /// use axum::{Router, routing::{get, post}};
    /// use axum_auth0_bearer::{Requirement, Verifier};
    ///
    /// fn router(verifier: Verifier) -> Router {
    ///     let write = verifier.require(Requirement::scope("write:products"));
    ///     Router::new()
    ///         .route("/products", post(async || "created"))
    ///         .route_layer(write)
    ///         .route("/products/count", get(async || "public"))
    ///         .with_state(verifier)
    /// }
    /// # let verifier = Verifier::new("tenant.eu.auth0.com", "https://api.example.com")?;
    /// # let _ = router(verifier);
    /// # Ok::<(), axum_auth0_bearer::VerifierError>(())
    /// ```
    pub fn require(&self, requirement: Requirement) -> GuardLayer {
        from_extractor_with_state(Guard {
            verifier: self.clone(),
            requirement: Arc::new(requirement),
        })
    }
}

/// A named requirement, for [`Authorized`].
pub trait Policy {
    /// Returns the requirement.
    fn requirement() -> Requirement;
}

/// An extractor for a [`VerifiedToken`] that satisfies the requirement of `P`, so that the signature of a handler says
/// what it requires.
///
/// ```
/// use axum_auth0_bearer::{Authorized, Policy, Requirement};
///
/// struct WriteProducts;
///
/// impl Policy for WriteProducts {
///     fn requirement() -> Requirement {
///         Requirement::scope("write:products").and(Requirement::any_role(["manager", "owner"]))
///     }
/// }
///
/// async fn create(token: Authorized<WriteProducts>) -> String {
///     format!("created by {}", token.subject())
/// }
/// # let _: axum::routing::MethodRouter<axum_auth0_bearer::Verifier> = axum::routing::post(create);
/// ```
pub struct Authorized<P> {
    token: VerifiedToken,
    policy: PhantomData<fn() -> P>,
}

impl<P> Authorized<P> {
    /// Returns the token.
    pub fn into_token(self) -> VerifiedToken {
        self.token
    }
}

impl<P> Deref for Authorized<P> {
    type Target = VerifiedToken;

    fn deref(&self) -> &VerifiedToken {
        &self.token
    }
}

impl<P> fmt::Debug for Authorized<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authorized").field(&self.token).finish()
    }
}

impl<S, P> FromRequestParts<S> for Authorized<P>
where
    P: Policy,
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerError> {
        let token = verified_token(parts, &Verifier::from_ref(state)).await?;
        token.require(&P::requirement())?;
        Ok(Self {
            token,
            policy: PhantomData,
        })
    }
}
