//! What an API accepts, and the check itself.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;

use super::{
    authorization_header,
    check::Expected,
    error::{BearerError, ErrorDetail},
    issuer::TrustedIssuer,
    profile::Profile,
    reason::Reason,
    refusal::Refusal,
    token::{Bearer, Caller},
};
use axum_auth0_core::{
    jwt::{Algorithm, Compact},
    provider::Provider,
};

/// Clocks may not differ by more than this, whatever is configured.
const MAX_LEEWAY: Duration = Duration::from_mins(1);

/// Verifies access tokens for one API. Cheap to clone; put it into the router's state.
#[derive(Clone, Debug)]
pub struct Verifier {
    main: Arc<TrustedIssuer>,
    others: Arc<[TrustedIssuer]>,
    audience: Arc<str>,
    algorithms: Arc<[Algorithm]>,
    leeway: Duration,
    applications: Applications,
    error_detail: ErrorDetail,
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
            main: Arc::new(TrustedIssuer::new(provider)),
            others: Arc::default(),
            audience: audience.into(),
            algorithms: Algorithm::ALL.into(),
            leeway: Duration::from_secs(30),
            applications: Applications::Refused,
            error_detail: ErrorDetail::default(),
        }
    }

    fn with_main(mut self, change: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Self {
        self.main = Arc::new(change(TrustedIssuer::clone(&self.main)));
        self
    }

    /// What the provider's access tokens look like.
    #[must_use]
    pub fn profile(self, profile: impl Into<Profile>) -> Self {
        self.with_main(|main| main.profile(profile))
    }

    /// The values of `iss` that the provider's access tokens have, if not only its own issuer; see
    /// [`TrustedIssuer::token_issuers`].
    #[must_use]
    pub fn token_issuers<I: Into<Arc<str>>>(self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.with_main(|main| main.token_issuers(issuers))
    }

    /// The only applications that are served, by their client identifiers. All are by default.
    #[must_use]
    pub fn clients<C: Into<String>>(self, clients: impl IntoIterator<Item = C>) -> Self {
        self.with_main(|main| main.clients(clients))
    }

    /// Accepts the access tokens of another provider as well. A token is verified with the keys of the provider that its `iss`
    /// belongs to, and with no other's. A user is the pair of [`Bearer::issuer`] and [`Bearer::subject`].
    #[must_use]
    pub fn trust(mut self, issuer: TrustedIssuer) -> Self {
        self.others = self.others.iter().cloned().chain([issuer]).collect();
        self
    }

    /// How much the answer to a refused token says. By default it names the claim in debug builds only.
    #[must_use]
    pub fn error_detail(mut self, detail: ErrorDetail) -> Self {
        self.error_detail = detail;
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
        self.leeway = leeway.min(MAX_LEEWAY);
        self
    }

    /// Serves applications that act for themselves too. Their [`subject`](Bearer::subject) is no user: ask [`Bearer::caller`].
    #[must_use]
    pub fn allow_client_credentials(mut self) -> Self {
        self.applications = Applications::Served;
        self
    }

    /// The API's identifier.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The provider that the verifier was made with.
    pub fn provider(&self) -> &Provider {
        &self.main.provider
    }

    /// Verifies the token in a request's headers, as the extractor does.
    ///
    /// # Errors
    /// [`BearerError`], which is the answer to the request.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<Bearer, BearerError> {
        match authorization_header::token(headers) {
            Ok(token) => self.verify(token).await,
            Err(reason) => Err(self.refuse(reason)),
        }
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// [`BearerError`], which is the answer to the request.
    pub async fn verify(&self, token: &str) -> Result<Bearer, BearerError> {
        self.check(token)
            .await
            .map_err(|refusal| self.refuse(refusal))
    }

    async fn check(&self, token: &str) -> Result<Bearer, Refusal> {
        let compact = Compact::parse(token).map_err(|error| Refusal::unreadable(error, token))?;
        // Only to choose the keys: whose token it is, the signature says.
        let (trusted, iss) = self.issuer_of(&compact)?;
        let verified = trusted
            .provider
            .verify_compact(compact, &self.algorithms)
            .await
            .map_err(|error| Refusal::signature(&error, token))?;
        let audience = trusted.audience.as_ref().unwrap_or(&self.audience);
        let expected = Expected {
            rules: &trusted.rules,
            audience,
            clients: &trusted.clients,
            now: trusted.provider.clock().unix_seconds(),
            leeway: i64::try_from(self.leeway.as_secs()).unwrap_or_default(),
        };
        let identity = expected.check(&verified)?;
        if identity.caller == Caller::Application && self.applications == Applications::Refused {
            return Err(Reason::NotAUser.into());
        }
        Ok(Bearer::new(
            identity,
            verified.into_claims(),
            iss,
            (Arc::clone(&self.audience), self.error_detail),
        ))
    }

    /// The provider that the token's `iss` belongs to.
    fn issuer_of(&self, token: &Compact<'_>) -> Result<(&TrustedIssuer, Arc<str>), Refusal> {
        let found = token.claims().required_string("iss")?;
        std::iter::once(self.main.as_ref())
            .chain(self.others.iter())
            .find_map(|trusted| {
                let mut issuers = trusted.token_issuers.iter();
                let issuer = issuers.find(|issuer| issuer.as_ref() == found)?;
                Some((trusted, Arc::clone(issuer)))
            })
            .ok_or_else(|| {
                let problem = "names an issuer that this API does not trust";
                Refusal::claim(Reason::WrongIssuer, "iss", problem).found(found)
            })
    }

    fn refuse(&self, refusal: impl Into<Refusal>) -> BearerError {
        let refusal = refusal.into();
        refusal.log();
        BearerError::new(refusal, Arc::clone(&self.audience), self.error_detail)
    }
}
