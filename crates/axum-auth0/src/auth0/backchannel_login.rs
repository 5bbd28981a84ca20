//! Logins on another device (OpenID Connect CIBA Core 1.0, poll mode).

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use secrecy::SecretString;

use super::{
    Auth0,
    issued_tokens::{self, Response, UnusableTokens},
    state::AppState,
};
use crate::{
    config::{Api, ApiSettings},
    dpop::DpopKey,
    grants::{BackchannelLogin, BackchannelLoginError, GrantFailure, IssuedTokens, PollSchedule},
    oauth::{CIBA, EndpointError, PollError, TokenResponse},
    tokens::TokenRequest,
};

impl Auth0 {
    /// Asks the provider to let a user approve a login on a device of their own (OpenID Connect Client-Initiated Backchannel
    /// Authentication, Auth0's CIBA flow), and to issue tokens with an access token for the API `A`. No session is created.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use axum_auth0::{Api, Auth0, BackchannelLogin, BackchannelLoginError};
    /// # struct PaymentsApi;
    /// # impl Api for PaymentsApi {
    /// #     const ENV_PREFIX: &'static str = "PAYMENTS";
    /// #     const SCOPES: &'static [&'static str] = &["write:payments"];
    /// # }
    /// # async fn pay(auth0: Auth0) -> Result<(), BackchannelLoginError> {
    /// let login = BackchannelLogin::new("auth0|alice", "Order 4711")
    ///     .requested_expiry(Duration::from_mins(2));
    /// let pending = auth0.backchannel_login::<PaymentsApi>(login).await?;
    /// // Show the binding message; the user compares it with that on the device.
    /// let tokens = pending.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`BackchannelLoginError`].
    pub async fn backchannel_login<A: Api>(
        &self,
        login: BackchannelLogin,
    ) -> Result<PendingBackchannelLogin<A>, BackchannelLoginError> {
        if let Some(problem) = login.problem() {
            return Err(BackchannelLoginError::InvalidRequest(problem));
        }
        let state = &self.state;
        let settings = self.api_settings::<A>()?;
        let extra_scopes = login.scopes();
        let request = TokenRequest::of_other_grant(&settings, &extra_scopes)?;
        let endpoint = &state.login.token_endpoint;
        let scope = request.scope.join(" ");
        let hint = login.login_hint(state.config.issuer().as_str());
        let expiry = login.requested_expiry_text();
        let form = [
            ("scope", scope.as_str()),
            (endpoint.audience_parameter_name(), request.audience),
            ("login_hint", &hint),
            ("binding_message", login.binding_message()),
            ("requested_expiry", &expiry),
        ];
        let accepted = endpoint
            .request_backchannel_login(&form)
            .await
            .map_err(|error| failure(&settings, &error))?
            .ok_or(BackchannelLoginError::Unsupported)?;
        let now = state.clock.unix_seconds();
        Ok(PendingBackchannelLogin {
            state: state.clone(),
            subject: login.subject().map(str::to_owned),
            extra_scopes,
            id: accepted.id,
            key: issued_tokens::new_key(state)?,
            schedule: PollSchedule::new(now, accepted.expires_in, accepted.interval),
            settings,
            _api: PhantomData,
        })
    }
}

/// A login that waits for its user. Dropping it stops the polls; the request then expires at the provider.
#[must_use = "a login that is dropped is never polled"]
pub struct PendingBackchannelLogin<A> {
    state: AppState,
    settings: Arc<ApiSettings>,
    /// The user who has to approve.
    subject: Option<String>,
    extra_scopes: Vec<String>,
    id: SecretString,
    /// The key that the tokens are bound to.
    key: Option<DpopKey>,
    schedule: PollSchedule,
    _api: PhantomData<fn() -> A>,
}

impl<A: Api> PendingBackchannelLogin<A> {
    /// Returns how long the user still has to decide.
    pub fn expires_in(&self) -> Duration {
        self.schedule.expires_in(self.state.clock.unix_seconds())
    }

    /// Returns the interval between two polls. It grows if the provider asks to slow down.
    pub fn interval(&self) -> Duration {
        self.schedule.interval()
    }

    /// Waits until the user has decided, and returns the tokens. Dropping the future stops the polls.
    ///
    /// # Errors
    ///
    /// [`BackchannelLoginError::Refused`] if the user denied, [`BackchannelLoginError::Expired`] if the user did not decide in time;
    /// see [`BackchannelLoginError`].
    pub async fn wait(mut self) -> Result<IssuedTokens<A>, BackchannelLoginError> {
        loop {
            tokio::time::sleep(self.interval()).await;
            if let Some(tokens) = self.send_poll().await? {
                return Ok(tokens);
            }
        }
    }

    /// Returns the tokens if the user has approved, and `None` if not yet. Sends no request before the interval has passed, so a page
    /// can call it as often as it likes.
    ///
    /// # Errors
    ///
    /// As [`Self::wait`]. After an error, the login is over.
    pub async fn poll(&mut self) -> Result<Option<IssuedTokens<A>>, BackchannelLoginError> {
        let now = self.state.clock.unix_seconds();
        if !self.schedule.is_due(now) && !self.schedule.is_expired(now) {
            return Ok(None);
        }
        self.send_poll().await
    }

    async fn send_poll(&mut self) -> Result<Option<IssuedTokens<A>>, BackchannelLoginError> {
        let requested_at = self.state.clock.unix_seconds();
        if self.schedule.is_expired(requested_at) {
            return Err(BackchannelLoginError::Expired);
        }
        let endpoint = &self.state.login.token_endpoint;
        let audience = self.settings.audience().unwrap_or_default();
        let response = endpoint
            .poll_backchannel_login(&self.id, audience, self.key.as_ref())
            .await;
        let now = self.state.clock.unix_seconds();
        let error = match response.tokens {
            Ok(tokens) => {
                let tokens = self
                    .verify(&tokens, response.refresh_token, requested_at)
                    .await?;
                return Ok(Some(tokens));
            }
            Err(error) => error,
        };
        match PollError::of(&error) {
            PollError::SlowDown => self.schedule.slow_down(),
            PollError::Pending => {}
            PollError::Transient => tracing::warn!(%error, "a poll of a backchannel login failed"),
            PollError::Expired => return Err(BackchannelLoginError::Expired),
            PollError::Final => return Err(failure(&self.settings, &error)),
        }
        self.schedule.record_poll(now);
        Ok(None)
    }

    async fn verify(
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

impl<A: Api> fmt::Debug for PendingBackchannelLogin<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingBackchannelLogin")
            .field("api", &A::ENV_PREFIX)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

/// Interprets an error of either endpoint.
fn failure(settings: &ApiSettings, error: &EndpointError) -> BackchannelLoginError {
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
