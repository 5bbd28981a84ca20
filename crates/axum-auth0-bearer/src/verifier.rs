//! The verifier of an API's access tokens.

use std::{sync::Arc, time::Duration};

use axum_auth0_core::{
    clock::{SharedClock, SystemClock},
    http_client::{HttpClient, HttpClientOptions},
    jwt::Algorithm,
    provider::{Issuer, Provider},
};

use super::{
    challenge::{ChallengeSettings, DpopChallenge},
    claim_names::ClaimNames,
    dpop::Dpop,
    error_detail::ErrorDetail,
    profile::Profile,
    resource_metadata::ResourceMetadata,
    settings::{ClientCredentials, VerifierSettings},
    trusted_issuer::TrustedIssuer,
    verifier_error::VerifierError,
};

/// Maximum accepted clock skew.
const MAX_LEEWAY: Duration = Duration::from_mins(1);

/// Default accepted clock skew.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

/// A verifier of access tokens for one API. Cheap to clone; put it into the router's state.
#[derive(Clone, Debug)]
pub struct Verifier(pub(super) Arc<VerifierSettings>);

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
        Self(Arc::new(VerifierSettings {
            main: TrustedIssuer::new(provider),
            others: Vec::new(),
            challenge: Arc::new(ChallengeSettings {
                audience: audience.into(),
                metadata_url: None,
                error_detail: ErrorDetail::default(),
                dpop: None,
            }),
            metadata: None,
            algorithms: Algorithm::ALL.into(),
            dpop: None,
            #[cfg(feature = "introspection")]
            introspector: None,
            leeway: whole_seconds(DEFAULT_LEEWAY),
            client_credentials: ClientCredentials::Rejected,
        }))
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut VerifierSettings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    fn with_main(self, change: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Self {
        self.with(|settings| settings.main = change(settings.main.clone()))
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

    /// Sets the names of the claims that hold permissions, roles and the login of the user.
    #[must_use]
    pub fn claim_names(self, names: ClaimNames) -> Self {
        self.with_main(|main| main.claim_names(names))
    }

    /// Also accepts the access tokens of another provider. A token is verified only with the keys of the provider that
    /// its `iss` belongs to. A user is identified by [`issuer`](super::VerifiedToken::issuer) and
    /// [`subject`](super::VerifiedToken::subject) of the token together.
    #[must_use]
    pub fn trust(self, issuer: TrustedIssuer) -> Self {
        self.with(|settings| settings.others.push(issuer))
    }

    /// Sets the metadata of this API. Its address becomes part of every challenge, and [`Verifier::metadata_router`]
    /// serves it.
    #[must_use]
    pub fn resource_metadata(self, metadata: ResourceMetadata) -> Self {
        self.with(|settings| {
            settings.challenge_mut().metadata_url = Some(metadata.metadata_url());
            settings.metadata = Some(Arc::new(metadata));
        })
    }

    /// Sets the amount of detail in the response to a rejected token. By default it names the claim in debug builds
    /// only.
    #[must_use]
    pub fn error_detail(self, detail: ErrorDetail) -> Self {
        self.with(|settings| settings.challenge_mut().error_detail = detail)
    }

    /// Accepts only these algorithms.
    #[must_use]
    pub fn algorithms(self, algorithms: &[Algorithm]) -> Self {
        self.with(|settings| settings.algorithms = algorithms.to_vec())
    }

    /// Verifies `DPoP` proofs, so that access tokens that are bound to a key are accepted
    /// ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)). Without it, they are refused.
    #[must_use]
    pub fn dpop(self, dpop: Dpop) -> Self {
        self.with(|settings| {
            settings.challenge_mut().dpop = Some(DpopChallenge {
                algorithms: dpop.algorithm_names().join(" "),
                is_required: dpop.is_required(),
            });
            settings.dpop = Some(dpop);
        })
    }

    /// Sets the accepted clock skew between provider and API: at most 60 seconds, in whole seconds.
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        self.with(|settings| settings.leeway = whole_seconds(leeway.min(MAX_LEEWAY)))
    }

    /// Also accepts clients that act on their own behalf. Their [`subject`](super::VerifiedToken::subject) is not a user; see
    /// [`VerifiedToken::principal`](super::VerifiedToken::principal).
    #[must_use]
    pub fn allow_client_credentials(self) -> Self {
        self.with(|settings| settings.client_credentials = ClientCredentials::Allowed)
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
        &self.0.challenge.audience
    }

    /// Returns the provider of [`Verifier::new`] or [`Verifier::with_provider`].
    pub fn provider(&self) -> &Provider {
        &self.0.main.provider
    }
}

/// Returns a leeway in seconds. It is at most [`MAX_LEEWAY`].
fn whole_seconds(leeway: Duration) -> i64 {
    i64::try_from(leeway.as_secs()).unwrap_or_default()
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
