//! The tokens of a login without the tokens themselves, for pages and diagnostic programs.

use serde_json::{Map, Value};
use url::Url;

use super::{
    access::Tokens, cached_token::CachedToken, error::TokenError, token_binding::TokenBinding,
    token_set::TokenSet,
};
use crate::{
    config::{ApiSettings, BrowserAccess, TokenFormat},
    diagnosis::{Diagnosis, DiagnosisCode, Expectation, diagnose},
    jwt,
    store::LoginId,
};

/// The tokens of a login. Contains no token or other credential.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokensOverview {
    /// Whether there is a refresh token.
    pub is_refreshable: bool,
    /// Whether the last refresh had no response. The next one shows whether the refresh token is still valid.
    pub refresh_outcome_unknown: bool,
    /// Whether the configuration changed since the login. A new login uses the current one.
    pub is_outdated: bool,
    /// A problem that is not specific to one API, such as a missing refresh token.
    pub problem: Option<Diagnosis>,
    /// The claims of the ID token of the login, if it is kept.
    pub id_token: Option<Map<String, Value>>,
    /// The configured APIs, sorted by name.
    pub apis: Vec<ApiOverview>,
    /// Current time of the server, in seconds since 1970.
    pub now: i64,
}

/// One API and its access tokens for the login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiOverview {
    /// The prefix of its variables.
    pub name: &'static str,
    /// The URL of the API.
    pub base_url: Url,
    /// The API's identifier at the provider.
    pub audience: Option<String>,
    /// The name of the variable that sets `audience`.
    pub audience_variable: String,
    /// The scopes that are requested.
    pub scope: Vec<String>,
    /// The format of its tokens.
    pub token_format: TokenFormat,
    /// Whether the browser may receive its tokens.
    pub browser_access: BrowserAccess,
    /// The cached access tokens: the one with the configured scopes, and those with extra scopes.
    pub cached: Vec<CachedTokenOverview>,
    /// Reason why there is none.
    pub problem: Option<Diagnosis>,
}

/// An access token without the token itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CachedTokenOverview {
    /// The requested scopes.
    pub requested: Vec<String>,
    /// The granted scopes.
    pub scope: Vec<String>,
    /// Time at which it was requested, in seconds since 1970.
    pub obtained_at: i64,
    /// Time at which it expires, in seconds since 1970; `None` if unknown.
    pub expires_at: Option<i64>,
    /// What it is bound to.
    pub binding: TokenBinding,
    /// Its claims; `None` for an opaque token.
    pub claims: Option<Map<String, Value>>,
    /// The problem with the token, if any.
    pub problem: Option<Diagnosis>,
}

impl Tokens {
    /// Returns the tokens of `login`. Reads the store and sends no request to the provider.
    ///
    /// # Errors
    ///
    /// If the login has ended or the store is unavailable.
    pub(crate) async fn overview(&self, login: LoginId) -> Result<TokensOverview, TokenError> {
        let (_, set) = self.0.sets.load(login).await?;
        let now = self.0.clock.unix_seconds();
        let offline_access = self.0.requested_grant.offline_access();
        let is_refreshable = set.refresh_token.is_some();
        let apis = self.0.config.apis();
        let certificate = match self.0.endpoint.certificate() {
            Some(certificate) => Some(certificate.thumbprint().await),
            None => None,
        };
        let binding = |cached: &CachedToken| {
            TokenBinding::of(cached, set.dpop_key.as_ref(), certificate.as_deref())
        };
        Ok(TokensOverview {
            is_refreshable,
            refresh_outcome_unknown: set.refresh_outcome_unknown,
            is_outdated: !self.0.is_current(&set),
            problem: (!is_refreshable && !set.revoked).then_some(Diagnosis::NoRefreshToken {
                is_requested: offline_access,
            }),
            id_token: set.id_token.as_deref().and_then(claims),
            apis: apis
                .map(|api| self.api_overview(api, &set, &binding, now))
                .collect(),
            now,
        })
    }

    fn api_overview(
        &self,
        api: &ApiSettings,
        set: &TokenSet,
        binding: &impl Fn(&CachedToken) -> TokenBinding,
        now: i64,
    ) -> ApiOverview {
        let is_of_api = |audience: &str| api.audience() == Some(audience);
        let cached = set
            .cached
            .iter()
            .filter(|cached| is_of_api(&cached.audience))
            .map(|cached| self.token_overview(api, cached, binding(cached), now))
            .collect();
        let problem = if api.audience().is_none() {
            Some(Diagnosis::AudienceMissing {
                variable: api.audience_variable().to_owned(),
            })
        } else {
            set.rejected
                .iter()
                .rfind(|rejected| is_of_api(&rejected.audience))
                .map(|rejected| rejected.diagnosis.clone())
        };
        ApiOverview {
            name: api.name(),
            base_url: api.base_url().clone(),
            audience: api.audience().map(str::to_owned),
            audience_variable: api.audience_variable().to_owned(),
            scope: api.scope().to_vec(),
            token_format: api.token_format(),
            browser_access: api.browser_access(),
            cached,
            problem,
        }
    }

    fn token_overview(
        &self,
        api: &ApiSettings,
        cached: &CachedToken,
        binding: TokenBinding,
        now: i64,
    ) -> CachedTokenOverview {
        let expected = Expectation::new(&self.0.config, api, now).requested(&cached.requested);
        let problem = diagnose(&cached.token, &expected).err();
        CachedTokenOverview {
            requested: cached.requested.clone(),
            scope: cached.scope.clone(),
            obtained_at: cached.obtained_at,
            expires_at: cached.expires_at,
            binding,
            claims: claims(&cached.token),
            // An expired token is not a problem, because it is refreshed before its next use.
            problem: problem.filter(|problem| problem.code() != DiagnosisCode::ExpiredToken),
        }
    }
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let claims = jwt::decode_unverified(token).ok()?;
    Some(claims.unverified().as_map().clone())
}
