//! Verification of a token: signature, then claims.

use std::sync::Arc;

use axum_auth0_core::jwt::{Claims, CompactJwt};
use http::{HeaderMap, request::Parts};

use super::{
    authorization_header,
    error::BearerError,
    error_kind::BearerErrorKind,
    presented_token::{PresentedToken, Scheme},
    rejection::Rejection,
    settings::ClientCredentials,
    token_identity::{Principal, TokenIdentity},
    trusted_issuer::TrustedIssuer,
    validation::Validation,
    verified_token::VerifiedToken,
    verifier::Verifier,
};

impl Verifier {
    /// Verifies the token of a request, as the extractor does. A token that is bound to a key needs the `DPoP` proof of the
    /// request, and one that is bound to a certificate the [`ClientCertificate`](super::ClientCertificate) in its
    /// extensions.
    ///
    /// A proof is accepted once, so a request is verified once.
    ///
    /// # Errors
    /// [`BearerError`] if the token is rejected. It is the response to the request.
    pub async fn verify_request(&self, parts: &Parts) -> Result<VerifiedToken, BearerError> {
        let accepts_dpop = self.0.dpop.is_some();
        let presented = authorization_header::presented_token(&parts.headers, accepts_dpop);
        let (scheme, token) = presented.map_err(|kind| self.reject(kind, Scheme::Bearer))?;
        let presented = PresentedToken {
            token,
            scheme,
            request: Some(parts),
        };
        self.check(presented)
            .await
            .map_err(|rejection| self.reject(rejection, scheme))
    }

    /// Verifies the bearer token in the headers of a request. Tokens that are bound to a key or a certificate are refused: see
    /// [`Self::verify_request`].
    ///
    /// # Errors
    /// [`BearerError`] if the token is rejected. It is the response to the request.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<VerifiedToken, BearerError> {
        match authorization_header::bearer_token(headers) {
            Ok(token) => self.verify(token).await,
            Err(kind) => Err(self.reject(kind, Scheme::Bearer)),
        }
    }

    /// Verifies a bearer token. Tokens that are bound to a key or a certificate are refused: see
    /// [`Self::verify_request`].
    ///
    /// # Errors
    /// [`BearerError`] if the token is rejected. It is the response to the request.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, BearerError> {
        let presented = PresentedToken {
            token,
            scheme: Scheme::Bearer,
            request: None,
        };
        self.check(presented)
            .await
            .map_err(|rejection| self.reject(rejection, Scheme::Bearer))
    }

    async fn check(&self, presented: PresentedToken<'_>) -> Result<VerifiedToken, Rejection> {
        let token = presented.token;
        let jwt = match CompactJwt::parse(token) {
            #[cfg(feature = "introspection")]
            Err(axum_auth0_core::jwt::JwtParseError::Segments)
                if let Some(introspector) = &self.0.introspector =>
            {
                return self.introspect(introspector, presented).await;
            }
            parsed => parsed.map_err(|error| Rejection::from_parse_error(error, token))?,
        };
        // The unverified issuer only selects the keys. The signature proves it.
        let (trusted, iss) = self.issuer_of(&jwt)?;
        let algorithms = trusted.algorithms.as_ref();
        let verified = trusted
            .provider
            .verify_parsed(jwt, algorithms.unwrap_or(&self.0.algorithms))
            .await
            .map_err(|error| Rejection::from_verify_error(&error, token))?;
        let audience = trusted.audience.as_deref();
        let validation = Validation {
            rules: &trusted.rules,
            audience: audience.unwrap_or(self.audience()),
            clients: &trusted.clients,
            claim_names: &trusted.claim_names,
            now: trusted.provider.clock().unix_seconds(),
            leeway: self.0.leeway,
        };
        let identity = validation.validate(&verified)?;
        self.accept(
            trusted,
            iss,
            identity,
            Arc::new(verified.into_claims()),
            presented,
        )
    }

    /// Returns the token of a valid identity, if tokens of its principal are accepted, and the request proves that it
    /// possesses what the token is bound to.
    pub(super) fn accept(
        &self,
        trusted: &TrustedIssuer,
        issuer: Arc<str>,
        identity: TokenIdentity,
        claims: Arc<Claims>,
        presented: PresentedToken<'_>,
    ) -> Result<VerifiedToken, Rejection> {
        if identity.principal == Principal::Client
            && self.0.client_credentials == ClientCredentials::Rejected
        {
            return Err(BearerErrorKind::ClientCredentialsNotAllowed.into());
        }
        let clock = Arc::clone(trusted.provider.clock());
        let now = clock.unix_seconds();
        self.check_possession(&identity.confirmation, presented, &issuer, now)?;
        let settings = Arc::clone(&self.0);
        Ok(VerifiedToken::new(
            identity, claims, issuer, clock, settings,
        ))
    }

    /// Returns the trusted issuer that the token's `iss` belongs to.
    fn issuer_of(&self, token: &CompactJwt<'_>) -> Result<(&TrustedIssuer, Arc<str>), Rejection> {
        let found = token.claims().required_string("iss")?;
        self.0
            .issuers()
            .find_map(|trusted| {
                let mut issuers = trusted.token_issuers.iter();
                let issuer = issuers.find(|issuer| issuer.as_ref() == found)?;
                Some((trusted, Arc::clone(issuer)))
            })
            .ok_or_else(|| {
                let problem = "names an issuer that this API does not trust";
                Rejection::claim(BearerErrorKind::WrongIssuer, "iss", problem).found(found)
            })
    }

    fn reject(&self, rejection: impl Into<Rejection>, scheme: Scheme) -> BearerError {
        let now = self.0.main.provider.clock().unix_seconds();
        let nonce = self.0.dpop.as_ref().and_then(|dpop| dpop.nonce(now));
        BearerError::new(rejection, Arc::clone(&self.0.challenge)).for_scheme(scheme, nonce)
    }
}
