//! Session transfer tokens (Auth0's Native to Web SSO), in exchange for the refresh token.

use super::{
    access::Tokens,
    login_snapshot::LoginSnapshot,
    refresh::{RefreshTokenExchange, SubjectTokenError},
    token_set::TokenSet,
};
use crate::{
    config::Config,
    jwt::{self, SignatureError},
    oauth::{EndpointError, IssuedTokenType, SESSION_TRANSFER_TYPE, TOKEN_EXCHANGE, TokenResponse},
};

/// The lifetime that is assumed if the response has none, in seconds: Auth0's.
const DEFAULT_LIFETIME: i64 = 60;

/// A session transfer token.
pub(crate) struct IssuedSessionTransfer {
    pub(crate) token: String,
    /// In seconds since 1970.
    pub(crate) expires_at: i64,
}

impl IssuedSessionTransfer {
    /// Returns the token of a response to a request that was sent at `requested_at`.
    pub(crate) fn of(response: &TokenResponse, requested_at: i64) -> Self {
        let lifetime = response.expires_in.unwrap_or(DEFAULT_LIFETIME);
        Self {
            token: response.access_token.clone(),
            expires_at: requested_at.saturating_add(lifetime),
        }
    }
}

/// Returns the audience that Auth0 issues session transfer tokens for.
fn session_transfer_audience(config: &Config) -> String {
    let url = config.issuer().url();
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("urn:{host}:{port}:session_transfer"),
        None => format!("urn:{host}:session_transfer"),
    }
}

struct SessionTransferRequest {
    audience: String,
    organization: Option<String>,
}

impl RefreshTokenExchange for SessionTransferRequest {
    type Output = IssuedSessionTransfer;

    const GRANT_TYPE: &'static str = TOKEN_EXCHANGE;
    const REQUESTED_TOKEN_TYPE: &'static str = SESSION_TRANSFER_TYPE;

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("audience", &self.audience),
            (
                "organization",
                self.organization.as_deref().unwrap_or_default(),
            ),
        ]
    }

    /// Always `None`: the token is used once.
    fn cached(&self, _: &TokenSet, _: i64) -> Option<IssuedSessionTransfer> {
        None
    }

    fn received(
        &self,
        _: &mut TokenSet,
        response: &TokenResponse,
        requested_at: i64,
    ) -> (IssuedSessionTransfer, bool) {
        (IssuedSessionTransfer::of(response, requested_at), false)
    }
}

impl Tokens {
    /// Returns a session transfer token of `login`.
    ///
    /// # Errors
    ///
    /// See [`SubjectTokenError`].
    pub(crate) async fn session_transfer(
        &self,
        login: &LoginSnapshot,
        organization: Option<&str>,
    ) -> Result<IssuedSessionTransfer, SubjectTokenError> {
        let request = SessionTransferRequest {
            audience: session_transfer_audience(&self.0.config),
            organization: organization.map(str::to_owned),
        };
        self.0.exchange_refresh_token(login.id(), request).await
    }

    /// Returns the audience that Auth0 issues session transfer tokens for.
    pub(crate) fn session_transfer_audience(&self) -> String {
        session_transfer_audience(&self.0.config)
    }

    /// Returns a session transfer token for another user, by an exchange with these parameters. With `DPoP`, the proof is of a new key:
    /// the token is bound to none.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub(crate) async fn delegated_session_transfer(
        &self,
        form: &[(&str, &str)],
    ) -> Result<IssuedSessionTransfer, EndpointError> {
        let endpoint = &self.0.endpoint;
        let key = endpoint.dpop().new_key().map_err(|error| {
            tracing::error!(%error, "session transfer token not requested");
            SignatureError
        })?;
        let requested_at = self.0.clock.unix_seconds();
        let expected = IssuedTokenType::Exactly(SESSION_TRANSFER_TYPE);
        let response = endpoint.exchange_token(form, expected, key.as_ref()).await;
        let unused = self.unused(&response, None);
        let tokens = response.tokens?;
        unused.mark_used();
        Ok(IssuedSessionTransfer::of(&tokens, requested_at))
    }

    /// Returns the ID token of `login` if it has not expired, as proof of who acts.
    ///
    /// # Errors
    ///
    /// If the login has ended or the store is unavailable.
    pub(crate) async fn actor_token(
        &self,
        login: &LoginSnapshot,
    ) -> Result<Option<String>, super::TokenError> {
        let set = self.0.sets.load(login.id()).await?.1;
        let now = self.0.clock.unix_seconds();
        Ok(set.id_token.filter(|token| {
            jwt::decode_unverified(token)
                .ok()
                .and_then(|claims| claims.unverified().numeric_date("exp").ok().flatten())
                .is_some_and(|end| end > now)
        }))
    }
}
