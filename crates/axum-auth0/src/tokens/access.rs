//! Getting the access token of a login for an API.

use std::{fmt, sync::Arc};

use super::{
    EndpointError, TokenEndpoint, TokenError, TokenFingerprint, TokenOptions, TokenSet, Want,
    demand::Demand,
    error::{audience_missing, judge},
    held::HeldToken,
    refresh::Refresher,
};
use crate::{
    chance::SharedChance,
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    login::id_token::IdTokenRules,
    seal::Keyring,
    stores::{LoginId, LoginRow, SharedStore, Swap},
};

/// Everything that gets access tokens for logins.
#[derive(Clone)]
pub(crate) struct Tokens(pub(super) Arc<Refresher>);

impl Tokens {
    pub(crate) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenRules,
        (clock, chance): (SharedClock, SharedChance),
        config: &Config,
    ) -> Self {
        Self(Arc::new(Refresher::new(
            store,
            keys,
            endpoint,
            id_tokens,
            (clock, chance),
            config,
        )))
    }

    /// The access token of `login` for `api`, with the API's scopes and those of the call.
    pub(crate) async fn access_token(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        options: &TokenOptions,
    ) -> Result<HeldToken, TokenError> {
        let want = Want::of(api, &options.extra_scopes).ok_or_else(|| audience_missing(api))?;
        self.obtain(login, api, want, options).await
    }

    /// The access token of `login` for `api` with `scope`, neither more nor less: for who must not get more than they ask
    /// for.
    pub(crate) async fn exact_access_token(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        scope: Vec<String>,
    ) -> Result<HeldToken, TokenError> {
        let want = Want::exactly(api, scope).ok_or_else(|| audience_missing(api))?;
        self.obtain(login, api, want, &TokenOptions::default())
            .await
    }

    /// The held token where it serves, a new one otherwise.
    async fn obtain(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        want: Want<'_>,
        options: &TokenOptions,
    ) -> Result<HeldToken, TokenError> {
        let now = self.0.clock.unix_seconds();
        let (_, set) = self.0.load(login).await?;
        let held = set.find(&want);
        let demand = self.demand(options, held);
        // The first look of somebody who forces a refresh: what others just renewed serves.
        let serves = |held: &&HeldToken| match demand {
            Demand::InsteadOf(_) if options.force_refresh => {
                Demand::InsteadOf(Some(TokenFingerprint::of(&held.token))).is_served_by(held, now)
            }
            _ => demand.is_served_by(held, now),
        };
        let token = if let Some(held) = held.filter(serves) {
            held.clone()
        } else {
            let refreshed = self.0.refresh(login, api, want.scope.clone(), demand).await;
            match (refreshed, held) {
                (Ok(token), _) => token,
                // Renewed ahead of its end, but the provider is down: what is still good is still good.
                (
                    Err(TokenError::ProviderUnavailable { .. } | TokenError::Misconfigured(_)),
                    Some(held),
                ) if !demand.is_explicit() && held.is_valid(now) => held.clone(),
                (Err(error), _) => return Err(error),
            }
        };
        let missing = token.missing(options.required_scopes.as_deref().unwrap_or(&want.scope));
        if missing.is_empty() {
            return Ok(token);
        }
        let expected = want.expectation(&self.0.config, now);
        let diagnosis = Diagnosis::scope_missing(&expected, &missing);
        Err(judge(diagnosis, self.0.is_current(&set)))
    }

    fn demand(&self, options: &TokenOptions, held: Option<&HeldToken>) -> Demand {
        if let Some(refused) = options.instead_of {
            return Demand::InsteadOf(Some(refused));
        }
        if options.force_refresh {
            return Demand::InsteadOf(held.map(|held| TokenFingerprint::of(&held.token)));
        }
        let buffer = options
            .refresh_buffer
            .unwrap_or(self.0.config.refresh_buffer);
        Demand::Fresh {
            buffer: i64::try_from(buffer.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// Revokes what can be revoked of a login that was deleted; nothing depends on the outcome.
    pub(crate) async fn revoke(&self, row: &LoginRow) {
        let Some(set) = self.open(row) else {
            return;
        };
        if let Some(refresh_token) = set.refresh_token
            && let Err(error) = self.0.endpoint.revoke(&refresh_token).await
        {
            tracing::warn!(login = ?row.id, %error, "the refresh token could not be revoked");
        }
    }

    /// Revokes the login's refresh token at the provider, and forgets it. The access tokens that are held stay good until
    /// their end.
    pub(crate) async fn revoke_refresh_token(&self, login: LoginId) -> Result<(), TokenError> {
        // Not beside a refresh, which would bring a new one.
        let flight = self.0.flight(login);
        let _alone = flight.0.lock().await;
        loop {
            let (row, mut set) = self.0.load(login).await?;
            let Some(refresh_token) = set.refresh_token.take() else {
                return Ok(());
            };
            set.revoked = true;
            match self.0.endpoint.revoke(&refresh_token).await {
                Ok(()) => {}
                Err(EndpointError::Refused { code, description }) => {
                    let diagnosis = Diagnosis::of_refusal(&code, description.as_deref(), None);
                    diagnosis.log();
                    return Err(TokenError::Misconfigured(Box::new(diagnosis)));
                }
                Err(EndpointError::Unavailable { retry_after, .. }) => {
                    return Err(TokenError::ProviderUnavailable { retry_after });
                }
                Err(EndpointError::Unintelligible(_)) => {
                    return Err(TokenError::ProviderUnavailable { retry_after: None });
                }
            }
            let sealed = set.seal(&self.0.keys, &login);
            match self
                .0
                .store
                .swap_tokens(&login, row.version, sealed)
                .await?
            {
                Swap::Done => return Ok(()),
                Swap::Gone => return Err(TokenError::SignInRequired),
                // Another process refreshed in between: what it got is to be revoked, too.
                Swap::Conflict => {}
            }
        }
    }

    pub(crate) fn open(&self, row: &LoginRow) -> Option<TokenSet> {
        TokenSet::open(&self.0.keys, &row.id, &row.tokens).ok()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
