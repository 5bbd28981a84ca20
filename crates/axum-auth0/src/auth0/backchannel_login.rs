//! Logins on another device (OpenID Connect CIBA Core 1.0, poll mode).

use std::{fmt, sync::Arc, time::Duration};

use tokio::task::JoinHandle;

use super::{
    Auth0,
    backchannel_poll::{BackchannelPoll, Polled, failure},
    issued_tokens::{self, Delivery},
};
use crate::{
    config::Api,
    grants::{BackchannelLogin, BackchannelLoginError, IssuedTokens, PollSchedule},
    tasks::Work,
    tokens::{TokenError, TokenRequest},
};

/// How long the result of a poll is kept for the next one, if its caller is gone: until the login expires, but at least these
/// seconds.
const MIN_KEPT: i64 = 60;

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
        let settings = state.apis.of::<A>()?;
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
        let schedule = PollSchedule::new(now, accepted.expires_in, accepted.interval);
        Ok(PendingBackchannelLogin {
            poll: Arc::new(BackchannelPoll {
                state: state.clone(),
                subject: login.subject().map(str::to_owned),
                extra_scopes,
                id: accepted.id,
                key: issued_tokens::new_key(state)?,
                settings,
            }),
            schedule,
            sent: None,
        })
    }
}

/// A login that waits for its user. Dropping it stops the polls; the request then expires at the provider. Tokens that arrive
/// afterwards are revoked.
#[must_use = "a login that is dropped is never polled"]
pub struct PendingBackchannelLogin<A: Api> {
    poll: Arc<BackchannelPoll>,
    schedule: PollSchedule,
    /// A poll whose result no caller has received.
    sent: Option<JoinHandle<Polled<A>>>,
}

impl<A: Api> PendingBackchannelLogin<A> {
    /// Returns how long the user still has to decide.
    pub fn expires_in(&self) -> Duration {
        self.schedule.expires_in(self.unix_seconds())
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
            tokio::time::sleep(self.schedule.until_due(self.unix_seconds())).await;
            if let Some(tokens) = self.send_poll().await? {
                return Ok(tokens);
            }
        }
    }

    /// Returns the tokens if the user has approved, and `None` if not yet. Sends no request before the interval has passed, so a page
    /// can call it as often as it likes.
    ///
    /// If the future is dropped, because the client disconnects for example, the request under way completes. The next call returns
    /// its result, until the login expires; if there is none, the tokens are revoked.
    ///
    /// # Errors
    ///
    /// As [`Self::wait`]. After an error, the login is over.
    pub async fn poll(&mut self) -> Result<Option<IssuedTokens<A>>, BackchannelLoginError> {
        let now = self.unix_seconds();
        if self.sent.is_none() && !self.schedule.is_due(now) && !self.schedule.is_expired(now) {
            return Ok(None);
        }
        self.send_poll().await
    }

    /// Sends a poll, unless an earlier one has a result.
    async fn send_poll(&mut self) -> Result<Option<IssuedTokens<A>>, BackchannelLoginError> {
        if self.sent.is_none() && self.schedule.is_expired(self.unix_seconds()) {
            return Err(BackchannelLoginError::Expired);
        }
        let poll = &self.poll;
        let sent = self.sent.get_or_insert_with(|| {
            let (tasks, poll) = (poll.state.tasks.clone(), Arc::clone(poll));
            tasks.spawn(Work::Refresh, async move { poll.send().await })
        });
        // The handle stays in place until the task has completed, so that no result is lost if this future is dropped.
        let polled = sent.await;
        self.sent = None;
        let polled = polled.map_err(|error| {
            tracing::error!(%error, "a poll of a backchannel login panicked");
            TokenError::ProviderUnavailable { retry_after: None }
        })?;
        let now = self.unix_seconds();
        if self.schedule.is_expired(now) && now - polled.received_at >= MIN_KEPT {
            return Err(BackchannelLoginError::Expired);
        }
        if polled.is_too_fast {
            self.schedule.slow_down();
        }
        self.schedule
            .record_poll(polled.received_at, polled.retry_after);
        let delivery = polled.result?;
        Ok(delivery.map(Delivery::complete))
    }

    fn unix_seconds(&self) -> i64 {
        self.poll.state.clock.unix_seconds()
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
