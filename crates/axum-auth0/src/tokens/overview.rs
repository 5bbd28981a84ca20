//! What a login holds, without the tokens: for pages and programs that explain.

use serde_json::{Map, Value};
use url::Url;

use super::{CachedToken, TokenError, TokenSet, Tokens};
use crate::{
    config::{ApiSettings, BrowserAccess, TokenFormat},
    diagnosis::{Cause, Diagnosis, Expectation, diagnose},
    jwt,
    store::LoginId,
};

/// What a login holds. No token is in it, and nothing that could be used as one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokensOverview {
    /// Whether there is a refresh token.
    pub is_refreshable: bool,
    /// The last refresh ended without an answer: whether the refresh token is still good will show.
    pub is_unsettled: bool,
    /// The configuration changed since the login, which cannot be judged by it: only a new login can.
    pub is_outdated: bool,
    /// What is wrong beside the single APIs: no refresh token where one was asked for, for instance.
    pub problem: Option<Diagnosis>,
    /// The claims of the ID token of the login, where it is kept.
    pub id_token: Option<Map<String, Value>>,
    /// The configured APIs, in the order of their names.
    pub apis: Vec<ApiOverview>,
    /// What time it is at the server, in seconds since 1970.
    pub now: i64,
}

/// One API, and the access tokens that the login holds for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiOverview {
    /// The prefix of its variables.
    pub name: &'static str,
    /// Where it answers.
    pub base_url: Url,
    /// Its identifier, and the variable that names it.
    pub audience: Option<String>,
    /// The variable that `audience` comes from, or would come from.
    pub audience_variable: String,
    /// The scopes that are asked for.
    pub scope: Vec<String>,
    /// What its tokens look like.
    pub token_format: TokenFormat,
    /// Whether the browser may have them.
    pub browser_access: BrowserAccess,
    /// The access tokens that are held for it: the usual one, and those with extra scopes.
    pub held: Vec<CachedTokenOverview>,
    /// Why there is none: what the provider issued last was not what was asked for, or nothing was.
    pub problem: Option<Diagnosis>,
}

/// An access token, without the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CachedTokenOverview {
    /// The scopes that were asked for.
    pub requested: Vec<String>,
    /// The scopes that it has.
    pub scope: Vec<String>,
    /// When it came, in seconds since 1970.
    pub obtained_at: i64,
    /// When it ends, in seconds since 1970; `None` where nobody said.
    pub expires_at: Option<i64>,
    /// What it says of itself; `None` for an opaque one.
    pub claims: Option<Map<String, Value>>,
    /// What is wrong with it.
    pub problem: Option<Diagnosis>,
}

impl Tokens {
    /// What `login` holds. Asks the store only, never the provider.
    pub(crate) async fn overview(&self, login: LoginId) -> Result<TokensOverview, TokenError> {
        let (_, set) = self.0.load(login).await?;
        let now = self.0.clock.unix_seconds();
        let offline_access = self.0.asked.offline_access();
        let is_refreshable = set.refresh_token.is_some();
        let config = &self.0.config;
        let apis = config.apis();
        Ok(TokensOverview {
            is_refreshable,
            is_unsettled: set.unsettled,
            is_outdated: !self.0.is_current(&set),
            problem: (!is_refreshable && !set.revoked)
                .then(|| Diagnosis::no_refresh_token(offline_access)),
            id_token: set.id_token.as_deref().and_then(claims),
            apis: apis.map(|api| self.api_overview(api, &set, now)).collect(),
            now,
        })
    }

    fn api_overview(&self, api: &ApiSettings, set: &TokenSet, now: i64) -> ApiOverview {
        let of_api = |audience: &str| api.audience.as_deref() == Some(audience);
        let held: Vec<_> = set
            .held
            .iter()
            .filter(|held| of_api(&held.audience))
            .map(|held| self.held_overview(api, held, now))
            .collect();
        let problem = if api.audience.is_none() {
            Some(Diagnosis::audience_missing(&api.audience_variable))
        } else {
            set.wrong
                .iter()
                .rfind(|wrong| of_api(&wrong.audience))
                .map(|wrong| wrong.diagnosis.clone())
        };
        ApiOverview {
            name: api.name,
            base_url: api.base_url.clone(),
            audience: api.audience.clone(),
            audience_variable: api.audience_variable.clone(),
            scope: api.scope.clone(),
            token_format: api.token_format,
            browser_access: api.browser_access,
            held,
            problem,
        }
    }

    fn held_overview(
        &self,
        api: &ApiSettings,
        held: &CachedToken,
        now: i64,
    ) -> CachedTokenOverview {
        let expected = Expectation::new(&self.0.config, api, now).requested(&held.requested);
        let problem = diagnose(&held.token, &expected).err();
        CachedTokenOverview {
            requested: held.requested.clone(),
            scope: held.scope.clone(),
            obtained_at: held.obtained_at,
            expires_at: held.expires_at,
            claims: claims(&held.token),
            // One that has ended is renewed when it is wanted next.
            problem: problem.filter(|problem| problem.code != Cause::ExpiredToken),
        }
    }
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let claims = jwt::decode_unverified(token).ok()?;
    Some(claims.unverified().as_map().clone())
}
