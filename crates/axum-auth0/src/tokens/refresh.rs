//! One refresh at a time for each login: in the process by a lock, over replicas by a lease.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{
    RequestedGrant, TokenError, TokenRequest, TokenSet,
    demand::TokenRequirement,
    error::{audience_missing, judge},
    failure::{Extent, Verdict},
    flight::InFlightRefreshes,
    give_up::Failed,
    held::CachedToken,
    lease::{Attempt, RefreshLease, attempt},
    provider_backoff::{HeldBack, Permit, ProviderBackoff},
    settle::SAVE_TIMEOUT,
};
use crate::{
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    failpoint,
    oauth::{EndpointError, EndpointResponse, IdTokenVerifier, RequestEffect, TokenEndpoint},
    random::SharedRandom,
    seal::Keyring,
    store::{CasOutcome, LoginId, LoginRecord, SharedStore},
    tasks::{Tasks, Work},
};

/// How many refreshes of this process the provider sees at once: many sessions that expire together must not bring it
/// down.
const MAX_CONCURRENT_REFRESHES: usize = 32;

/// How long to wait for one of these places.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for another process's refresh, and how often to look.
pub(super) const LEASE_TIMEOUT: Duration = Duration::from_secs(15);
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How long to wait for a second to be over.
const NEXT_SECOND_TIMEOUT: Duration = Duration::from_millis(1_500);

/// How often a lease may run out before the provider is asked: a process that is stopped again and again gives up.
const MAX_LEASES: u8 = 3;

/// What a refresh needs, and which are under way.
pub(super) struct Refresher {
    pub(super) store: SharedStore,
    pub(super) keys: Keyring,
    pub(super) endpoint: TokenEndpoint,
    pub(super) provider_backoff: ProviderBackoff,
    pub(super) id_tokens: IdTokenVerifier,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) config: Config,
    pub(super) asked: RequestedGrant,
    pub(super) flights: InFlightRefreshes,
    pub(super) at_once: Semaphore,
    pub(super) tasks: Tasks,
}

/// What came of a refresh under a lease.
enum LeasedRefresh {
    Completed(CachedToken),
    /// The lease may have run out before the provider was asked, and it was not asked.
    LeaseExpired,
}

impl Refresher {
    pub(super) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenVerifier,
        (clock, random): (SharedClock, SharedRandom),
        config: &Config,
        tasks: Tasks,
    ) -> Self {
        Self {
            store,
            keys,
            endpoint,
            provider_backoff: ProviderBackoff::new(Arc::clone(&clock)),
            id_tokens,
            clock,
            random,
            config: config.clone(),
            asked: RequestedGrant::of(config),
            flights: InFlightRefreshes::default(),
            at_once: Semaphore::new(MAX_CONCURRENT_REFRESHES),
            tasks,
        }
    }

    /// Gets a new token that serves `demand`. Runs in a task of its own, so a client that hangs up does not cancel it
    /// between the provider's answer and the store.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        login: LoginId,
        api: &Arc<ApiSettings>,
        scope: Vec<String>,
        demand: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let (inner, api) = (Arc::clone(self), Arc::clone(api));
        let task = self.tasks.spawn(Work::Refresh, async move {
            let Some(want) = TokenRequest::exactly(&api, scope) else {
                return Err(audience_missing(&api));
            };
            let flight = inner.flights.of(login);
            let turn = flight.turn().await;
            if let Some(error) = turn.shared_failure(&want) {
                return Err(error);
            }
            let result = Box::pin(inner.refresh_alone(login, &want, demand)).await;
            turn.end(&want, &result);
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the refresh did not finish");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }

    pub(super) async fn load(&self, login: LoginId) -> Result<(LoginRecord, TokenSet), TokenError> {
        let row = self
            .store
            .load_login(&login)
            .await?
            .ok_or(TokenError::SignInRequired)?;
        if let Ok(set) = TokenSet::open(&self.keys, &login, &row.tokens) {
            return Ok((row, set));
        }
        // Another replica, with another secret or of another version, may read them: they are kept.
        tracing::warn!(
            ?login,
            "tokens are unreadable: sealed with another AUTH0_SECRET, written by another version, or changed"
        );
        Err(TokenError::SignInRequired)
    }

    /// What is held by now, where it serves: the caller waited, and somebody may have been faster. An error where it is no
    /// use to ask the provider again.
    fn settled(
        &self,
        set: &TokenSet,
        want: &TokenRequest<'_>,
        demand: TokenRequirement,
    ) -> Result<Option<CachedToken>, TokenError> {
        let now = self.clock.unix_seconds();
        if let Some(held) = set.find(want)
            && demand.is_served_by(held, now)
        {
            return Ok(Some(held.clone()));
        }
        if set.find(want).is_some_and(|held| held.is_spent) {
            tracing::warn!(
                audience = %want.audience,
                "the provider issues access tokens without any lifetime; a new login is needed"
            );
            return Err(TokenError::SignInRequired);
        }
        if let Some(wrong) = set.recent_rejection(want, now) {
            return Err(judge(wrong.diagnosis.clone(), self.is_current(set)));
        }
        if let Some(error) = self.backed_off(set, want, demand) {
            // What another process found out holds here, too.
            set.backoff
                .iter()
                .for_each(|backoff| self.provider_backoff.learn(backoff));
            return Err(error);
        }
        if let Some(retry_at) = set.is_crowded(want, now) {
            tracing::warn!(audience = %want.audience, "too many combinations of scopes are asked for");
            return Err(TokenError::TooManyTokens {
                retry_after: Duration::from_secs(u64::try_from(retry_at - now).unwrap_or(1)),
            });
        }
        Ok(None)
    }

    /// The refresh, as the only one in this process; the caller holds the login's flight.
    async fn refresh_alone(
        &self,
        login: LoginId,
        want: &TokenRequest<'_>,
        demand: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let mut begin = Instant::now();
        let mut leases = 0..MAX_LEASES;
        loop {
            let (_, set) = self.load(login).await?;
            if let Some(held) = self.settled(&set, want, demand)? {
                return Ok(held);
            }
            failpoint::reached("refresh:before-lease").await;
            match attempt(&self.store, login, &self.clock, &self.random).await? {
                Attempt::Taken(lease) => {
                    let result = self.refresh_leased(login, want, demand, &lease).await;
                    lease.end().await;
                    match result {
                        Ok(LeasedRefresh::Completed(token)) => return Ok(token),
                        Ok(LeasedRefresh::LeaseExpired) if leases.next().is_some() => {
                            begin = Instant::now()
                        }
                        Ok(LeasedRefresh::LeaseExpired) => break,
                        Err(error) => return Err(error),
                    }
                }
                Attempt::Gone => return Err(TokenError::SignInRequired),
                Attempt::Held if begin.elapsed() >= LEASE_TIMEOUT => break,
                Attempt::Held => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
        tracing::warn!(?login, "another process takes long to refresh");
        Err(TokenError::ProviderUnavailable {
            retry_after: Some(Duration::from_secs(1)),
        })
    }

    /// The refresh, as the only one anywhere.
    async fn refresh_leased(
        &self,
        login: LoginId,
        want: &TokenRequest<'_>,
        demand: TokenRequirement,
        lease: &RefreshLease,
    ) -> Result<LeasedRefresh, TokenError> {
        // Only what is read under the lease is the last word.
        let (row, set) = self.load(login).await?;
        if let Some(held) = self.settled(&set, want, demand)? {
            return Ok(LeasedRefresh::Completed(held));
        }
        if set.refresh_token.is_none() {
            return self.without_refresh_token(row, set, want).await;
        }
        let before = set.find(want).cloned();
        let token = match self.round(row, set, want, demand, lease).await? {
            LeasedRefresh::Completed(token) => token,
            LeasedRefresh::LeaseExpired => return Ok(LeasedRefresh::LeaseExpired),
        };
        // Once more, when the second is over: then the token is another one.
        if !demand.is_same_again(before.as_ref(), &token)
            || !self.is_over(token.obtained_at).await
            || lease.may_be_over()
        {
            return Ok(LeasedRefresh::Completed(token));
        }
        let (row, set) = self.load(login).await?;
        if set.refresh_token.is_none() {
            return Ok(LeasedRefresh::Completed(token));
        }
        self.round(row, set, want, demand, lease).await
    }

    /// Asks the provider once, and stores what comes of it.
    async fn round(
        &self,
        row: LoginRecord,
        set: TokenSet,
        want: &TokenRequest<'_>,
        demand: TokenRequirement,
        lease: &RefreshLease,
    ) -> Result<LeasedRefresh, TokenError> {
        let login = row.id;
        tracing::debug!(?login, audience = %want.audience, "refreshing");
        let (answered, repeated) = {
            let place = timeout(PERMIT_TIMEOUT, self.at_once.acquire()).await;
            if place.is_err() {
                tracing::warn!("too many refreshes at once; the provider is slow");
                return Err(TokenError::ProviderUnavailable {
                    retry_after: Some(Duration::from_secs(1)),
                });
            }
            // A refresh token that is used up must be stored before the process ends.
            if !self.has_time_to_refresh() {
                tracing::info!(?login, "no refresh is started: the process stops");
                return Err(TokenError::ProviderUnavailable {
                    retry_after: Some(Duration::from_secs(1)),
                });
            }
            // The last look: others may have failed while this one waited for its place.
            let permit = self.provider_backoff.admit().map_err(held_back)?;
            failpoint::reached("refresh:before-request").await;
            // A process that was stopped meanwhile must not show a refresh token that another one has used.
            if lease.may_be_over() {
                tracing::warn!(?login, "the lease ran out before the provider was asked");
                return Ok(LeasedRefresh::LeaseExpired);
            }
            self.ask(login, &set, want, lease, permit).await
        };
        let token = match &answered.tokens {
            Ok(answer) => {
                failpoint::reached("refresh:after-response").await;
                let on_demand = demand.is_explicit();
                self.settle(row, set, want, answer, on_demand).await
            }
            Err(error) => {
                let failed = Failed {
                    want,
                    demand,
                    answered: &answered,
                    error,
                    unsettled: set.unsettled || lease.abandoned || repeated,
                };
                self.give_up(row, set, &failed).await
            }
        };
        token.map(LeasedRefresh::Completed)
    }

    /// There is nothing to refresh with. The user is sent to log in; what to do so that this does not happen is the
    /// administrator's business, and in the log.
    async fn without_refresh_token(
        &self,
        row: LoginRecord,
        mut set: TokenSet,
        want: &TokenRequest<'_>,
    ) -> Result<LeasedRefresh, TokenError> {
        // A token that came without any lifetime may still be used once.
        if let Some(held) = set.find(want).filter(|held| held.came_without_lifetime()) {
            let spent = CachedToken {
                is_spent: true,
                ..held.clone()
            };
            set.hold(spent.clone());
            if self.save(&row, &set).await? == CasOutcome::Swapped {
                return Ok(LeasedRefresh::Completed(spent));
            }
        }
        if !set.revoked && self.is_current(&set) {
            let diagnosis = Diagnosis::no_refresh_token(self.asked.offline_access());
            tracing::warn!(login = ?row.id, code = diagnosis.code.as_str(), cause = %diagnosis.cause, fix = %diagnosis.fix, "the access token ended; a new login is needed");
        }
        Err(TokenError::SignInRequired)
    }

    /// Asks the provider; a second time where the connection was lost in between. If the first request arrived, the
    /// refresh token is used up whatever happens, and the sooner it is shown again, the more providers let it pass; if it
    /// did not, nothing is lost. A provider that failed before is asked once only.
    async fn ask(
        &self,
        login: LoginId,
        set: &TokenSet,
        want: &TokenRequest<'_>,
        lease: &RefreshLease,
        permit: Permit,
    ) -> (EndpointResponse, bool) {
        let refresh_token = set.refresh_token.as_deref().unwrap_or_default();
        let scope: &[String] = if want.is_of_login(&self.config) {
            &[]
        } else {
            &want.scope
        };
        let audience = Some(want.audience);
        let may_repeat = set.backoff.is_none() && !permit.is_probe();
        let mut answered = self.endpoint.refresh(refresh_token, audience, scope).await;
        let is_lost = matches!(
            answered.tokens,
            Err(EndpointError::Unavailable {
                effect: RequestEffect::ConnectionLost,
                ..
            })
        );
        // Who was stopped in between must not show it again: another process may have used it by now.
        // Nor may a process that stops before it could store the answer.
        let is_repeated =
            may_repeat && is_lost && !lease.may_be_over() && self.has_time_to_refresh();
        if is_repeated {
            tracing::warn!(
                ?login,
                "the connection was lost during a refresh; trying the same refresh token once more"
            );
            answered = self.endpoint.refresh(refresh_token, audience, scope).await;
        }
        note(permit, &answered, want);
        (answered, is_repeated)
    }

    /// Waits until a second is over; `false` if that takes too long, because the clock does not go on.
    async fn is_over(&self, second: i64) -> bool {
        let begin = Instant::now();
        while self.clock.unix_seconds() <= second {
            if begin.elapsed() > NEXT_SECOND_TIMEOUT {
                return false;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        true
    }

    /// Whether a refresh that is sent now is stored before the process ends.
    fn has_time_to_refresh(&self) -> bool {
        self.tasks
            .has_time_for(self.config.http_timeout() + SAVE_TIMEOUT)
    }

    /// Whether the login asked for what today's configuration asks for.
    pub(super) fn is_current(&self, set: &TokenSet) -> bool {
        set.asked.as_ref() == Some(&self.asked)
    }
}

/// Tells the provider's back-off what came of a request.
fn note(permit: Permit, answered: &EndpointResponse, want: &TokenRequest<'_>) {
    let verdict = match &answered.tokens {
        Ok(_) => return permit.answered(),
        Err(error) => Verdict::of(error, answered.retry_after, want),
    };
    match (verdict, &answered.tokens) {
        (Verdict::BackOff(failure, Extent::Provider), Err(error)) => {
            permit.failed(&failure, error.is_surely_of_provider(answered.retry_after));
        }
        // It says nothing of the provider: anything in front of it could have answered so.
        (_, Err(EndpointError::UnexpectedStatus { .. })) => drop(permit),
        _ => permit.answered(),
    }
}

fn held_back(held_back: HeldBack) -> TokenError {
    match held_back.diagnosis {
        Some(diagnosis) => TokenError::Misconfigured(diagnosis),
        None => TokenError::ProviderUnavailable {
            retry_after: Some(held_back.remaining),
        },
    }
}
