//! The polls of a login on another device (OpenID Connect CIBA Core 1.0 §10.1).

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

use super::{
    issued_tokens::{self, Delivery, Response, UnusableTokens},
    state::AppState,
};
use crate::{
    config::{Api, ApiSettings},
    dpop::DpopKey,
    grants::{BackchannelLoginError, GrantFailure, IssuedTokens},
    oauth::{CIBA, EndpointError, PollError, TokenResponse},
    tokens::TokenRequest,
};

/// What the polls of one login send and expect.
pub(super) struct BackchannelPoll {
    pub(super) state: AppState,
    pub(super) settings: Arc<ApiSettings>,
    /// The user who has to approve.
    pub(super) subject: Option<String>,
    pub(super) extra_scopes: Vec<String>,
    pub(super) id: SecretString,
    /// The key that the tokens are bound to.
    pub(super) key: Option<DpopKey>,
}

/// The result of a poll.
pub(super) struct Polled<A: Api> {
    /// In seconds since 1970.
    pub(super) received_at: i64,
    pub(super) is_too_fast: bool,
    pub(super) retry_after: Option<Duration>,
    /// `None` if the user has not decided.
    pub(super) result: Result<Option<Delivery<A>>, BackchannelLoginError>,
}

impl BackchannelPoll {
    pub(super) async fn send<A: Api>(&self) -> Polled<A> {
        let requested_at = self.state.clock.unix_seconds();
        let endpoint = &self.state.login.token_endpoint;
        let audience = self.settings.audience().unwrap_or_default();
        let response = endpoint
            .poll_backchannel_login(&self.id, audience, self.key.as_ref())
            .await;
        let received_at = self.state.clock.unix_seconds();
        let unused = self.state.tokens.unused(&response, self.subject.as_deref());
        let retry_after = response.retry_after;
        let polled = |result| Polled {
            received_at,
            is_too_fast: false,
            retry_after,
            result,
        };
        let error = match response.tokens {
            Ok(tokens) => {
                let verified = self
                    .verify(&tokens, response.refresh_token, requested_at)
                    .await;
                return polled(verified.map(|tokens| Some(Delivery::new(tokens, unused))));
            }
            Err(error) => error,
        };
        match PollError::of(&error) {
            PollError::SlowDown => Polled {
                is_too_fast: true,
                ..polled(Ok(None))
            },
            PollError::Pending => polled(Ok(None)),
            PollError::Transient => {
                tracing::warn!(%error, "a poll of a backchannel login failed");
                polled(Ok(None))
            }
            PollError::NoResponse => {
                tracing::warn!(%error, "a poll of a backchannel login failed");
                Polled {
                    is_too_fast: true,
                    ..polled(Ok(None))
                }
            }
            PollError::Expired => polled(Err(BackchannelLoginError::Expired)),
            PollError::Final => polled(Err(failure(&self.settings, &error))),
        }
    }

    async fn verify<A: Api>(
        &self,
        tokens: &TokenResponse,
        refresh_token: Option<SecretString>,
        requested_at: i64,
    ) -> Result<IssuedTokens<A>, BackchannelLoginError> {
        let request = TokenRequest::of_other_grant(&self.settings, &self.extra_scopes)?;
        let response = Response {
            tokens,
            refresh_token,
            request: &request,
            organization: None,
            requested_at,
        };
        let issued = issued_tokens::verify(&self.state, &self.settings, response).await?;
        let Some(claims) = issued.claims() else {
            return Err(BackchannelLoginError::InvalidResponse(
                "the ID token is missing",
            ));
        };
        // Another user must not approve.
        let is_other = |subject: &String| claims.get("sub").is_none_or(|sub| sub != subject);
        if self.subject.as_ref().is_some_and(is_other) {
            return Err(BackchannelLoginError::InvalidResponse(
                "the ID token is of another user",
            ));
        }
        Ok(issued)
    }
}

/// Interprets an error of either endpoint.
pub(super) fn failure(settings: &ApiSettings, error: &EndpointError) -> BackchannelLoginError {
    let audience = settings
        .audience()
        .map(|audience| (audience, settings.audience_variable()));
    GrantFailure::of(error, CIBA, audience).into()
}

impl From<UnusableTokens> for BackchannelLoginError {
    fn from(error: UnusableTokens) -> Self {
        match error {
            UnusableTokens::Token(error) => Self::Token(error),
            UnusableTokens::IdToken(error) => Self::IdToken(Arc::new(error)),
            UnusableTokens::InvalidResponse(problem) => Self::InvalidResponse(problem),
        }
    }
}
