//! The verifier of an API's access tokens.

use std::{sync::Arc, time::Duration};

use axum_auth0_core::{
    clock::{SharedClock, SystemClock},
    http_client::{HttpClient, HttpClientOptions},
    jwt::{Algorithm, CompactJwt},
    provider::{Issuer, Provider},
};
use http::HeaderMap;

use super::{
    authorization_header,
    error::{BearerError, ErrorDetail},
    error_kind::BearerErrorKind,
    profile::Profile,
    rejection::Rejection,
    token_identity::Principal,
    trusted_issuer::TrustedIssuer,
    validation::Validation,
    verified_token::VerifiedToken,
    verifier_error::VerifierError,
};

/// Maximum accepted clock skew.
const MAX_LEEWAY: Duration = Duration::from_mins(1);

/// Default accepted clock skew.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

/// A verifier of access tokens for one API. Cheap to clone; put it into the router's state.
#[derive(Clone, Debug)]
pub struct Verifier {
    main: Arc<TrustedIssuer>,
    others: Arc<[TrustedIssuer]>,
    audience: Arc<str>,
    algorithms: Arc<[Algorithm]>,
    leeway: Duration,
    client_credentials: ClientCredentials,
    error_detail: ErrorDetail,
}

/// Whether tokens whose principal is a client are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClientCredentials {
    Rejected,
    Allowed,
}

impl Verifier {
    /// Creates a verifier for the access tokens that `issuer` issues for `audience`.
    ///
    /// `issuer` is the domain of an Auth0 tenant (`tenant.eu.auth0.com`) or the issuer URL of another provider.
    /// `audience` is the identifier of the API, compared exactly.
    ///
    /// By default, the verifier accepts users' tokens as Auth0 issues them, signed with any asymmetric algorithm, with
    /// a clock skew of at most 30 seconds. It fetches nothing before it verifies the first token.
    ///
    /// ```
    /// use axum_auth0_bearer::Verifier;
    ///
    /// # fn main() -> Result<(), axum_auth0_bearer::VerifierError> {
    /// let verifier = Verifier::new("https://tenant.eu.auth0.com/", "https://api.example.com")?;
    /// assert_eq!(verifier.audience(), "https://api.example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VerifierError`] if the issuer or the audience is invalid, or if the HTTP client cannot be set up.
    pub fn new(issuer: &str, audience: impl Into<Arc<str>>) -> Result<Self, VerifierError> {
        let issuer = Issuer::parse(issuer)?;
        let audience = audience.into();
        check_audience(&audience)?;
        let http_client = HttpClient::new(HttpClientOptions::default())?;
        let provider = Provider::new(issuer, http_client, SystemClock::shared());
        Ok(Self::with_provider(provider, audience))
    }

    /// Creates a verifier as [`Verifier::new`] does, but with a given provider. The provider may have a custom HTTP
    /// client or clock, or be shared with another verifier.
    pub fn with_provider(provider: Provider, audience: impl Into<Arc<str>>) -> Self {
        Self {
            main: Arc::new(TrustedIssuer::new(provider)),
            others: Arc::default(),
            audience: audience.into(),
            algorithms: Algorithm::ALL.into(),
            leeway: DEFAULT_LEEWAY,
            client_credentials: ClientCredentials::Rejected,
            error_detail: ErrorDetail::default(),
        }
    }

    fn with_main(mut self, change: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Self {
        self.main = Arc::new(change(TrustedIssuer::clone(&self.main)));
        self
    }

    /// Sets the profile of the provider's access tokens.
    #[must_use]
    pub fn profile(self, profile: impl Into<Profile>) -> Self {
        self.with_main(|main| main.profile(profile))
    }

    /// Sets the values of `iss` in the provider's access tokens, if they differ from its issuer; see
    /// [`TrustedIssuer::token_issuers`].
    #[must_use]
    pub fn token_issuers<I: Into<Arc<str>>>(self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.with_main(|main| main.token_issuers(issuers))
    }

    /// Accepts only these clients. By default, all clients are accepted.
    #[must_use]
    pub fn clients<C: Into<String>>(self, clients: impl IntoIterator<Item = C>) -> Self {
        self.with_main(|main| main.clients(clients))
    }

    /// Also accepts the access tokens of another provider. A token is verified only with the keys of the provider that
    /// its `iss` belongs to. A user is identified by [`VerifiedToken::issuer`] and [`VerifiedToken::subject`] together.
    #[must_use]
    pub fn trust(mut self, issuer: TrustedIssuer) -> Self {
        self.others = self.others.iter().cloned().chain([issuer]).collect();
        self
    }

    /// Sets the amount of detail in the response to a rejected token. By default it names the claim in debug builds
    /// only.
    #[must_use]
    pub fn error_detail(mut self, detail: ErrorDetail) -> Self {
        self.error_detail = detail;
        self
    }

    /// Accepts only these algorithms.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.into();
        self
    }

    /// Sets the accepted clock skew between provider and API: at most 60 seconds, in whole seconds.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.min(MAX_LEEWAY);
        self
    }

    /// Also accepts clients that act on their own behalf. Their [`subject`](VerifiedToken::subject) is not a user; see
    /// [`VerifiedToken::principal`].
    #[must_use]
    pub fn allow_client_credentials(mut self) -> Self {
        self.client_credentials = ClientCredentials::Allowed;
        self
    }

    /// Sets the clock, for tests. The provider's metadata and keys are fetched again.
    #[must_use]
    pub fn clock(self, clock: SharedClock) -> Self {
        self.with_main(|mut main| {
            main.provider = main.provider.with_clock(clock);
            main
        })
    }

    /// Returns the API's identifier.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Returns the provider of [`Verifier::new`] or [`Verifier::with_provider`].
    pub fn provider(&self) -> &Provider {
        &self.main.provider
    }

    /// Verifies the token in the headers of a request, as the extractor does.
    ///
    /// # Errors
    /// [`BearerError`] if the token is rejected. It is the response to the request.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<VerifiedToken, BearerError> {
        match authorization_header::bearer_token(headers) {
            Ok(token) => self.verify(token).await,
            Err(kind) => Err(self.reject(kind)),
        }
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// [`BearerError`] if the token is rejected. It is the response to the request.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, BearerError> {
        self.check(token)
            .await
            .map_err(|rejection| self.reject(rejection))
    }

    async fn check(&self, token: &str) -> Result<VerifiedToken, Rejection> {
        let jwt =
            CompactJwt::parse(token).map_err(|error| Rejection::from_parse_error(error, token))?;
        // The unverified issuer only selects the keys. The signature proves it.
        let (trusted, iss) = self.issuer_of(&jwt)?;
        let verified = trusted
            .provider
            .verify_parsed(jwt, &self.algorithms)
            .await
            .map_err(|error| Rejection::from_verify_error(&error, token))?;
        let audience = trusted.audience.as_ref().unwrap_or(&self.audience);
        let validation = Validation {
            rules: &trusted.rules,
            audience,
            clients: &trusted.clients,
            now: trusted.provider.clock().unix_seconds(),
            leeway: i64::try_from(self.leeway.as_secs()).unwrap_or_default(),
        };
        let identity = validation.validate(&verified)?;
        if identity.principal == Principal::Client
            && self.client_credentials == ClientCredentials::Rejected
        {
            return Err(BearerErrorKind::ClientCredentialsNotAllowed.into());
        }
        Ok(VerifiedToken::new(
            identity,
            verified.into_claims(),
            iss,
            (Arc::clone(&self.audience), self.error_detail),
        ))
    }

    /// Returns the trusted issuer that the token's `iss` belongs to.
    fn issuer_of(&self, token: &CompactJwt<'_>) -> Result<(&TrustedIssuer, Arc<str>), Rejection> {
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
                Rejection::claim(BearerErrorKind::WrongIssuer, "iss", problem).found(found)
            })
    }

    fn reject(&self, rejection: impl Into<Rejection>) -> BearerError {
        BearerError::new(rejection, Arc::clone(&self.audience), self.error_detail)
    }
}

fn check_audience(audience: &str) -> Result<(), VerifierError> {
    if audience.is_empty() {
        return Err(VerifierError::Audience("missing"));
    }
    if audience
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return Err(VerifierError::Audience(
            "not an identifier, because it contains spaces or control characters",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_and_an_audience_are_enough() {
        for issuer in ["https://tenant.eu.auth0.com/", "tenant.eu.auth0.com"] {
            let verifier = Verifier::new(issuer, "https://api.example.com");
            assert!(verifier.is_ok_and(|verifier| {
                verifier.provider().issuer().as_str() == "https://tenant.eu.auth0.com/"
            }));
        }
    }

    #[test]
    fn an_invalid_issuer_or_audience_is_an_error() {
        for issuer in ["", "http://tenant.eu.auth0.com/"] {
            let error = Verifier::new(issuer, "api").err();
            assert!(matches!(error, Some(VerifierError::Issuer(_))), "{issuer}");
        }
        for audience in ["", "my api", "api\n"] {
            let error = Verifier::new("tenant.eu.auth0.com", audience).err();
            assert!(
                matches!(error, Some(VerifierError::Audience(_))),
                "{audience}"
            );
        }
    }
}
