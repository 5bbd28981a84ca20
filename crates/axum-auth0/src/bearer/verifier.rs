//! What an API accepts, and the check itself.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;

use super::{
    authorization_header,
    error::{BearerError, Reason},
    rules::{Expected, Profile},
    token::{Bearer, Caller},
};
use crate::{
    jwt::{Algorithm, JwtError, NotAJwt},
    provider::Provider,
};

/// Clocks may not differ by more than this, whatever is configured.
const LONGEST_LEEWAY: Duration = Duration::from_mins(1);

/// Verifies access tokens for one API. Cheap to clone; put it into the router's state.
#[derive(Clone, Debug)]
pub struct Verifier {
    provider: Provider,
    audience: Arc<str>,
    profile: Profile,
    algorithms: Arc<[Algorithm]>,
    leeway: Duration,
    applications: Applications,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Applications {
    Refused,
    Served,
}

impl Verifier {
    /// A verifier for the API with this identifier (its audience), compared exactly. It accepts users' tokens as Auth0 issues them,
    /// signed with any asymmetric algorithm, and lets clocks differ by 30 seconds.
    pub fn new(provider: Provider, audience: impl Into<Arc<str>>) -> Self {
        Self {
            provider,
            audience: audience.into(),
            profile: Profile::default(),
            algorithms: Algorithm::ALL.into(),
            leeway: Duration::from_secs(30),
            applications: Applications::Refused,
        }
    }

    /// Which access tokens are accepted.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The only algorithms that are accepted.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.into();
        self
    }

    /// How far the clocks of provider and API may differ; at most 60 seconds.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.min(LONGEST_LEEWAY);
        self
    }

    /// Serves applications that act for themselves too. Their [`subject`](Bearer::subject) is no user: ask [`Bearer::caller`].
    #[must_use]
    pub fn serve_applications(mut self) -> Self {
        self.applications = Applications::Served;
        self
    }

    /// The API's identifier.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The provider whose tokens are accepted.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Verifies the token in a request's headers, as the extractor does.
    ///
    /// # Errors
    /// [`BearerError`], which is the answer to the request.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<Bearer, BearerError> {
        let token = authorization_header::token(headers).map_err(|reason| self.refusal(reason))?;
        self.verify(token).await
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// [`BearerError`], which is the answer to the request.
    pub async fn verify(&self, token: &str) -> Result<Bearer, BearerError> {
        self.check(token)
            .await
            .map_err(|reason| self.refusal(reason))
    }

    async fn check(&self, token: &str) -> Result<Bearer, Reason> {
        let token = self
            .provider
            .verify(token, &self.algorithms)
            .await
            .map_err(|error| reason(&error))?;
        let expected = Expected {
            issuer: self.provider.issuer().as_str(),
            audience: &self.audience,
            profile: self.profile,
            now: self.provider.clock().unix_seconds(),
            leeway: i64::try_from(self.leeway.as_secs()).unwrap_or_default(),
        };
        let identity = expected.check(&token)?;
        if identity.caller == Caller::Application && self.applications == Applications::Refused {
            return Err(Reason::NotAUser);
        }
        Ok(Bearer::new(
            identity,
            token.into_claims(),
            expected.issuer,
            Arc::clone(&self.audience),
        ))
    }

    fn refusal(&self, reason: Reason) -> BearerError {
        if reason != Reason::NoToken {
            tracing::debug!(?reason, "a request was refused");
        }
        BearerError::new(reason, Arc::clone(&self.audience))
    }
}

fn reason(error: &JwtError) -> Reason {
    match error {
        JwtError::Malformed(NotAJwt::Segments) => Reason::OpaqueToken,
        JwtError::Malformed(_) | JwtError::Extension => Reason::MalformedToken,
        JwtError::AlgorithmNotAllowed
        | JwtError::UnknownKey
        | JwtError::AmbiguousKey
        | JwtError::BadSignature => Reason::WrongSignature,
        JwtError::Unavailable(_) => Reason::KeysUnavailable,
    }
}
