//! Access tokens of logins.

use std::{fmt, sync::Arc};

use super::{
    cached_token::CachedToken,
    error::{TokenError, audience_missing, log_unusable, unusable},
    freshness::TokenRequirement,
    login_snapshot::LoginSnapshot,
    options::TokenOptions,
    refresh::{Decision, Refresher, decide, fall_back},
    token_request::TokenRequest,
    token_set::{LogoutTokens, TokenSet},
    token_set_store::TokenSetStore,
};
use crate::{
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    events::{AuthEvent, Events, RequestRefusal},
    oauth::{IdTokenVerifier, TokenEndpoint},
    random::SharedRandom,
    seal::Keyring,
    store::{LoginRecord, SharedStore},
    tasks::Tasks,
};

/// Returns access tokens of logins. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tokens(pub(super) Arc<Refresher>);

impl Tokens {
    /// Returns the current time, in seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> i64 {
        self.0.clock.unix_seconds()
    }

    pub(crate) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenVerifier,
        (clock, random): (SharedClock, SharedRandom),
        config: &Config,
        (tasks, events): (Tasks, Events),
    ) -> Self {
        let sets = TokenSetStore { store, keys };
        Self(Arc::new(Refresher::new(
            sets,
            endpoint,
            id_tokens,
            (clock, random),
            config,
            (tasks, events),
        )))
    }

    /// Returns the audience that a login requests an access token for.
    pub(crate) fn login_audience(&self) -> Option<&str> {
        self.0.config.audience()
    }

    /// Records that a code was exchanged, which shows that the provider works.
    pub(crate) fn record_code_exchange(&self) {
        self.0.provider_backoff.record_code_exchange();
    }

    /// Returns the access token of `login` for `api`, with the API's scopes and those of `options`.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub(crate) async fn access_token(
        &self,
        login: &LoginSnapshot,
        api: &Arc<ApiSettings>,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let request = TokenRequest::new(api, &options.extra_scopes);
        let request = request.ok_or_else(|| audience_missing(api))?;
        self.get_or_refresh(login, api, request, options).await
    }

    /// Returns the access token of `login` for `api` with `scope` only, for callers that must not receive more scopes
    /// than they request.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub(crate) async fn exact_access_token(
        &self,
        login: &LoginSnapshot,
        api: &Arc<ApiSettings>,
        scope: Vec<String>,
    ) -> Result<CachedToken, TokenError> {
        let request = TokenRequest::with_exact_scope(api, scope);
        let request = request.ok_or_else(|| audience_missing(api))?;
        self.get_or_refresh(login, api, request, &TokenOptions::default())
            .await
    }

    async fn get_or_refresh(
        &self,
        login: &LoginSnapshot,
        api: &Arc<ApiSettings>,
        request: TokenRequest<'_>,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let now = self.0.clock.unix_seconds();
        let stored;
        let set = if let Some(set) = login.tokens(&self.0.sets.keys, now) {
            set
        } else {
            stored = self.0.sets.load(login.id()).await?.1;
            &stored
        };
        let buffer = self.0.config.refresh_buffer();
        let requirement = TokenRequirement::of(options, set.find(&request), buffer);
        let token = if let Decision::UseCached(token) = decide(set, &request, requirement, now) {
            token
        } else {
            let scope = request.scope.clone();
            match self.0.refresh(login.id(), api, scope, requirement).await {
                Ok(token) => token,
                Err(error) => fall_back(set, &request, requirement, &error, now)
                    .cloned()
                    .ok_or(error)?,
            }
        };
        let required = options.required_scopes.as_deref();
        let missing = token.missing(required.unwrap_or(&request.scope));
        if missing.is_empty() {
            return Ok(token);
        }
        let expected = request.expectation(&self.0.config, now);
        let diagnosis = Diagnosis::scope_missing(&expected, missing);
        let is_current = self.0.is_current(set);
        log_unusable(&diagnosis, is_current, "access token unavailable");
        self.0.events.emit(&AuthEvent::RequestRefused {
            login: Some(login.id()),
            reason: RequestRefusal::MissingScope,
        });
        Err(unusable(diagnosis, is_current))
    }

    /// Returns the tokens of `record` that a logout needs, or no tokens if they are unreadable.
    pub(crate) fn open_for_logout(&self, record: &LoginRecord) -> LogoutTokens {
        let keys = &self.0.sets.keys;
        TokenSet::open_for_logout(keys, &record.id, &record.tokens).unwrap_or_else(|error| {
            tracing::warn!(login = ?record.id, %error, "tokens are unreadable; nothing is revoked");
            LogoutTokens::default()
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
