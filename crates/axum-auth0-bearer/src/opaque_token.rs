//! Verification of opaque access tokens.

use std::sync::Arc;

use super::{
    introspection::{Introspection, IntrospectionResponse, Introspector},
    presented_token::PresentedToken,
    rejection::Rejection,
    verified_token::VerifiedToken,
    verifier::Verifier,
};

impl Verifier {
    /// Also accepts opaque access tokens of the provider of [`Verifier::new`]. Without it, they are rejected.
    #[must_use]
    #[cfg_attr(docsrs, doc(cfg(feature = "introspection")))]
    pub fn introspection(self, introspection: Introspection) -> Self {
        let introspector = Arc::new(Introspector::new(introspection));
        self.with(|settings| settings.introspector = Some(introspector))
    }

    /// Verifies an opaque token.
    pub(super) async fn introspect(
        &self,
        introspector: &Introspector,
        presented: PresentedToken<'_>,
    ) -> Result<VerifiedToken, Rejection> {
        let trusted = &self.0.main;
        let claims = introspector
            .introspect(&trusted.provider, presented.token)
            .await?;
        let response = IntrospectionResponse {
            trusted,
            audience: self.audience(),
            now: trusted.provider.clock().unix_seconds(),
            leeway: self.0.leeway,
        };
        let (issuer, identity) = response.validate(&claims)?;
        self.accept(trusted, issuer, identity, claims, presented)
    }
}
