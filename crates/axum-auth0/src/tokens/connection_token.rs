//! Access tokens of services that the user has connected (Auth0's Token Vault), in exchange for the refresh token.

use super::{
    access::Tokens,
    cached_connection_token::CachedConnectionToken,
    login_snapshot::LoginSnapshot,
    refresh::{RefreshTokenExchange, SubjectTokenError},
    token_set::TokenSet,
};
use crate::oauth::TokenResponse;

/// The grant type of Auth0.
pub(crate) const FEDERATED_CONNECTION: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";

const TOKEN_TYPE: &str = "http://auth0.com/oauth/token-type/federated-connection-access-token";

/// Maximum number of cached tokens of a login.
const MAX_CACHED: usize = 16;

/// A request for the token of a connection.
#[derive(Clone)]
pub(crate) struct ConnectionRequest {
    pub(crate) connection: String,
    pub(crate) login_hint: Option<String>,
    /// How long before its expiry a token is exchanged again, in seconds.
    buffer: i64,
}

impl RefreshTokenExchange for ConnectionRequest {
    type Output = CachedConnectionToken;

    const GRANT_TYPE: &'static str = FEDERATED_CONNECTION;
    const REQUESTED_TOKEN_TYPE: &'static str = TOKEN_TYPE;

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("connection", &self.connection),
            ("login_hint", self.login_hint.as_deref().unwrap_or_default()),
        ]
    }

    fn cached(&self, set: &TokenSet, now: i64) -> Option<CachedConnectionToken> {
        set.connection_tokens
            .iter()
            .find(|cached| {
                cached.is_of(&self.connection, self.login_hint.as_deref())
                    && cached.is_fresh(now, self.buffer)
            })
            .cloned()
    }

    fn received(
        &self,
        set: &mut TokenSet,
        response: &TokenResponse,
        requested_at: i64,
    ) -> (CachedConnectionToken, bool) {
        let lifetime = response.expires_in.filter(|seconds| *seconds > 0);
        let token = CachedConnectionToken {
            connection: self.connection.clone(),
            login_hint: self.login_hint.clone(),
            token: response.access_token.clone(),
            scope: response.scope.clone().unwrap_or_default(),
            obtained_at: requested_at,
            expires_at: lifetime.map(|seconds| requested_at.saturating_add(seconds)),
        };
        let before = set.connection_tokens.len();
        set.connection_tokens
            .retain(|cached| !cached.is_of(&self.connection, self.login_hint.as_deref()));
        let is_removed = set.connection_tokens.len() < before;
        if token.expires_at.is_none() {
            return (token, is_removed);
        }
        set.connection_tokens.push(token.clone());
        if set.connection_tokens.len() > MAX_CACHED {
            let ends_first = set
                .connection_tokens
                .iter()
                .enumerate()
                .min_by_key(|(_, cached)| cached.expires_at)
                .map(|(position, _)| position);
            ends_first.map(|position| set.connection_tokens.remove(position));
        }
        (token, true)
    }
}

impl Tokens {
    /// Returns the access token of a connection of `login`.
    ///
    /// # Errors
    ///
    /// See [`SubjectTokenError`].
    pub(crate) async fn connection_token(
        &self,
        login: &LoginSnapshot,
        connection: &str,
        login_hint: Option<&str>,
    ) -> Result<CachedConnectionToken, SubjectTokenError> {
        let buffer = self.0.config.refresh_buffer().as_secs();
        let request = ConnectionRequest {
            connection: connection.to_owned(),
            login_hint: login_hint.map(str::to_owned),
            buffer: i64::try_from(buffer).unwrap_or(i64::MAX),
        };
        let now = self.0.clock.unix_seconds();
        if let Some(set) = login.tokens(&self.0.sets.keys, now)
            && let Some(cached) = request.cached(set, now)
        {
            return Ok(cached);
        }
        self.0.exchange_refresh_token(login.id(), request).await
    }
}
