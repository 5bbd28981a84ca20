//! Getting the access token of a login for an API.

use std::{fmt, sync::Arc};

use super::{
    LogoutTokens, TokenError, TokenFingerprint, TokenOptions, TokenRequest, TokenSet,
    demand::TokenRequirement,
    error::{audience_missing, judge},
    held::CachedToken,
    refresh::Refresher,
};
use crate::{
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    oauth::{IdTokenVerifier, TokenEndpoint},
    random::SharedRandom,
    seal::Keyring,
    store::{LoginId, LoginRecord, SharedStore},
    tasks::Tasks,
};

/// Everything that gets access tokens for logins.
#[derive(Clone)]
pub(crate) struct Tokens(pub(super) Arc<Refresher>);

impl Tokens {
    pub(crate) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenVerifier,
        (clock, random): (SharedClock, SharedRandom),
        config: &Config,
        tasks: Tasks,
    ) -> Self {
        Self(Arc::new(Refresher::new(
            store,
            keys,
            endpoint,
            id_tokens,
            (clock, random),
            config,
            tasks,
        )))
    }

    /// Records that a code was exchanged: the provider works.
    pub(crate) fn record_code_exchange(&self) {
        self.0.provider_backoff.note_exchange();
    }

    /// The access token of `login` for `api`, with the API's scopes and those of the call.
    pub(crate) async fn access_token(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let want =
            TokenRequest::of(api, &options.extra_scopes).ok_or_else(|| audience_missing(api))?;
        self.obtain(login, api, want, options).await
    }

    /// The access token of `login` for `api` with `scope`, neither more nor less: for who must not get more than they ask
    /// for.
    pub(crate) async fn exact_access_token(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        scope: Vec<String>,
    ) -> Result<CachedToken, TokenError> {
        let want = TokenRequest::exactly(api, scope).ok_or_else(|| audience_missing(api))?;
        self.obtain(login, api, want, &TokenOptions::default())
            .await
    }

    /// The held token where it serves, a new one otherwise.
    async fn obtain(
        &self,
        login: LoginId,
        api: &Arc<ApiSettings>,
        want: TokenRequest<'_>,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let now = self.0.clock.unix_seconds();
        let (_, set) = self.0.load(login).await?;
        let held = set.find(&want);
        let demand = self.demand(options, held);
        // The first look of somebody who forces a refresh: what others just renewed serves.
        let serves = |held: &&CachedToken| match demand {
            TokenRequirement::InsteadOf(_) if options.force_refresh => {
                TokenRequirement::InsteadOf(Some(TokenFingerprint::of(&held.token)))
                    .is_served_by(held, now)
            }
            _ => demand.is_served_by(held, now),
        };
        // Where nothing can be renewed, what is held is good to its end; and just after a login there is no better one.
        let cannot_renew = set.refresh_token.is_none();
        let suits = |held: &&CachedToken| {
            serves(held)
                || (cannot_renew
                    && held.is_valid(now)
                    && (!demand.is_explicit() || held.is_young(now)))
        };
        let token = if let Some(held) = held.filter(suits) {
            held.clone()
        } else {
            let refreshed = self.0.refresh(login, api, want.scope.clone(), demand).await;
            match (refreshed, held) {
                (Ok(token), _) => token,
                // Renewed ahead of its end, but the provider or the store is down: what is still good is still good.
                (
                    Err(
                        TokenError::ProviderUnavailable { .. }
                        | TokenError::StoreUnavailable
                        | TokenError::Misconfigured(_)
                        | TokenError::TooManyTokens { .. },
                    ),
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

    fn demand(&self, options: &TokenOptions, held: Option<&CachedToken>) -> TokenRequirement {
        if let Some(refused) = options.instead_of {
            return TokenRequirement::InsteadOf(Some(refused));
        }
        if options.force_refresh {
            return TokenRequirement::InsteadOf(held.map(|held| TokenFingerprint::of(&held.token)));
        }
        let buffer = options
            .refresh_buffer
            .unwrap_or(self.0.config.refresh_buffer());
        TokenRequirement::Fresh {
            buffer: i64::try_from(buffer.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// What a logout needs of the tokens of `row`; nothing if they are unreadable.
    pub(crate) fn open_for_logout(&self, row: &LoginRecord) -> LogoutTokens {
        TokenSet::open_for_logout(&self.0.keys, &row.id, &row.tokens).unwrap_or_else(|error| {
            tracing::warn!(login = ?row.id, %error, "tokens are unreadable; nothing can be revoked");
            LogoutTokens::default()
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
