//! Getting the access token of a login for an API.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use super::{
    Asked, TokenEndpoint, TokenError, TokenOptions, TokenSet, Want,
    held::HeldToken,
    refresh::{Refresher, judge},
};
use crate::{
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    login::id_token::IdTokenRules,
    seal::Keyring,
    stores::{LoginId, LoginRow, SharedStore},
};

/// Everything that gets access tokens for logins.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<Refresher>);

impl Tokens {
    pub(crate) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenRules,
        clock: SharedClock,
        config: &Config,
    ) -> Self {
        Self(Arc::new(Refresher {
            store,
            keys,
            endpoint,
            id_tokens,
            clock,
            issuer: config.issuer.as_str().to_owned(),
            asked: Asked::of(config),
            flights: Mutex::default(),
        }))
    }

    /// The access token of `login` for `api`: the held one where it fits, a new one otherwise.
    pub(crate) async fn access_token(
        &self,
        login: LoginId,
        api: &ApiSettings,
        name: &str,
        options: &TokenOptions,
    ) -> Result<HeldToken, TokenError> {
        let Some(want) = Want::of(api) else {
            let diagnosis = Diagnosis::audience_missing(&api.audience_variable);
            diagnosis.log();
            return Err(TokenError::Misconfigured(Box::new(diagnosis)));
        };
        let now = self.0.clock.unix_seconds();
        let (_, set) = self.0.load(login).await?;
        let is_current = self.0.is_current(&set);
        let held = set.held.into_iter().find(|held| held.fits(&want));
        let token = match held {
            Some(held) if held.is_fresh(now) && !options.force_refresh => held,
            held => match self.0.refresh(login, want.clone(), held.clone()).await {
                Ok(token) => token,
                // Renewed ahead of its end, but the provider is down: what is still good is still good.
                Err(TokenError::ProviderUnavailable { .. } | TokenError::Misconfigured(_))
                    if !options.force_refresh
                        && held.as_ref().is_some_and(|held| held.is_valid(now)) =>
                {
                    held.ok_or(TokenError::SignInRequired)?
                }
                Err(error) => return Err(error),
            },
        };
        let declared: Vec<&str> = api.scope.iter().map(String::as_str).collect();
        let needed = if options.scopes.is_empty() {
            &declared[..]
        } else {
            options.scopes
        };
        let missing = token.missing(needed);
        if missing.is_empty() {
            return Ok(token);
        }
        Err(judge(
            Diagnosis::missing_scope(api, &want.audience, &missing, name),
            is_current,
        ))
    }

    /// Revokes what can be revoked of a login that was deleted; nothing depends on the outcome.
    pub(crate) async fn revoke(&self, row: &LoginRow) {
        let Ok(set) = TokenSet::open(&self.0.keys, &row.id, &row.tokens) else {
            return;
        };
        if let Some(refresh_token) = set.refresh_token
            && let Err(error) = self.0.endpoint.revoke(&refresh_token).await
        {
            tracing::warn!(login = ?row.id, %error, "the refresh token could not be revoked");
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
