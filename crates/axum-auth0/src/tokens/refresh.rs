//! One refresh at a time for each login: in the process by a lock, over replicas by a lease.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{
    Asked, EndpointError, TokenAnswer, TokenEndpoint, TokenError, TokenSet, Want,
    answer::Fate,
    demand::Demand,
    error::{audience_missing, judge},
    flight::{Failure, Flights},
    held::HeldToken,
    lease::{Attempt, RefreshLease, attempt},
    settle::SAVE_PATIENCE,
};
use crate::{
    chance::SharedChance,
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    failpoint,
    login::id_token::IdTokenRules,
    seal::Keyring,
    stores::{LoginId, LoginRow, SharedStore},
    tasks::{Tasks, Work},
};

/// How many refreshes of this process the provider sees at once: many sessions that expire together must not bring it
/// down.
const AT_ONCE: usize = 32;

/// How long to wait for one of these places.
const PLACE_PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait for another process's refresh, and how often to look.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How often a lease may run out before the provider is asked: a process that is stopped again and again gives up.
const MOST_LEASES: u8 = 3;

/// What a refresh needs, and which are under way.
pub(super) struct Refresher {
    pub(super) store: SharedStore,
    pub(super) keys: Keyring,
    pub(super) endpoint: TokenEndpoint,
    pub(super) id_tokens: IdTokenRules,
    pub(super) clock: SharedClock,
    pub(super) chance: SharedChance,
    pub(super) config: Config,
    pub(super) asked: Asked,
    pub(super) flights: Flights,
    pub(super) at_once: Semaphore,
    pub(super) tasks: Tasks,
}

/// What came of a refresh under a lease.
enum Leased {
    Done(HeldToken),
    /// The lease may have run out before the provider was asked, and it was not asked.
    Late,
}

impl Refresher {
    pub(super) fn new(
        store: SharedStore,
        keys: Keyring,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenRules,
        (clock, chance): (SharedClock, SharedChance),
        config: &Config,
        tasks: Tasks,
    ) -> Self {
        Self {
            store,
            keys,
            endpoint,
            id_tokens,
            clock,
            chance,
            config: config.clone(),
            asked: Asked::of(config),
            flights: Flights::default(),
            at_once: Semaphore::new(AT_ONCE),
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
        demand: Demand,
    ) -> Result<HeldToken, TokenError> {
        let (inner, api) = (Arc::clone(self), Arc::clone(api));
        let task = self.tasks.spawn(Work::Refresh, async move {
            let Some(want) = Want::exactly(&api, scope) else {
                return Err(audience_missing(&api));
            };
            let flight = inner.flights.of(login);
            let mut failure = flight.lock().await;
            let now = inner.clock.unix_seconds();
            if let Some(error) = failure.as_ref().and_then(|failure| failure.of(&want, now)) {
                return Err(error);
            }
            let result = Box::pin(inner.refresh_alone(login, &want, demand)).await;
            // The time of the failure, not of its beginning: a provider that hangs takes longer than the grace.
            let now = inner.clock.unix_seconds();
            *failure = result
                .as_ref()
                .err()
                .map(|error| Failure::new(now, &want, error));
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the refresh did not finish");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }

    pub(super) async fn load(&self, login: LoginId) -> Result<(LoginRow, TokenSet), TokenError> {
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
        want: &Want<'_>,
        demand: Demand,
    ) -> Result<Option<HeldToken>, TokenError> {
        let now = self.clock.unix_seconds();
        if let Some(held) = set.find(want)
            && demand.is_served_by(held, now)
        {
            return Ok(Some(held.clone()));
        }
        match set.just_found_wrong(want, now) {
            Some(diagnosis) => Err(judge(diagnosis.clone(), self.is_current(set))),
            None => Ok(None),
        }
    }

    /// The refresh, as the only one in this process; the caller holds the login's flight.
    async fn refresh_alone(
        &self,
        login: LoginId,
        want: &Want<'_>,
        demand: Demand,
    ) -> Result<HeldToken, TokenError> {
        let mut begin = Instant::now();
        let mut leases = 0..MOST_LEASES;
        loop {
            let (_, set) = self.load(login).await?;
            if let Some(held) = self.settled(&set, want, demand)? {
                return Ok(held);
            }
            failpoint::reached("refresh:before-lease").await;
            match attempt(&self.store, login, &self.clock, &self.chance).await? {
                Attempt::Taken(lease) => {
                    let result = self.refresh_leased(login, want, demand, &lease).await;
                    lease.end().await;
                    match result {
                        Ok(Leased::Done(token)) => return Ok(token),
                        Ok(Leased::Late) if leases.next().is_some() => begin = Instant::now(),
                        Ok(Leased::Late) => break,
                        Err(error) => return Err(error),
                    }
                }
                Attempt::Gone => return Err(TokenError::SignInRequired),
                Attempt::Held if begin.elapsed() >= PATIENCE => break,
                Attempt::Held => tokio::time::sleep(LOOK_EVERY).await,
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
        want: &Want<'_>,
        demand: Demand,
        lease: &RefreshLease,
    ) -> Result<Leased, TokenError> {
        // Only what is read under the lease is the last word.
        let (row, set) = self.load(login).await?;
        if let Some(held) = self.settled(&set, want, demand)? {
            return Ok(Leased::Done(held));
        }
        let Some(refresh_token) = set.refresh_token.clone() else {
            if set.revoked {
                return Err(TokenError::SignInRequired);
            }
            let diagnosis = Diagnosis::no_refresh_token(self.asked.offline_access());
            return Err(judge(diagnosis, self.is_current(&set)));
        };
        tracing::debug!(?login, audience = %want.audience, "refreshing");
        let (answer, repeated) = {
            let place = timeout(PLACE_PATIENCE, self.at_once.acquire()).await;
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
            failpoint::reached("refresh:before-request").await;
            // A process that was stopped meanwhile must not show a refresh token that another one has used.
            if lease.may_be_over() {
                tracing::warn!(?login, "the lease ran out before the provider was asked");
                return Ok(Leased::Late);
            }
            self.ask(login, &refresh_token, want, lease).await
        };
        let token = match answer {
            Ok(answer) => {
                failpoint::reached("refresh:after-response").await;
                let on_demand = demand.is_explicit();
                self.settle(row, set, want, &answer, on_demand).await
            }
            Err(error) => {
                let unsettled = set.unsettled || lease.abandoned || repeated;
                self.give_up(row, set, want, error, unsettled).await
            }
        };
        token.map(Leased::Done)
    }

    /// Asks the provider; a second time where the connection was lost in between. If the first request arrived, the
    /// refresh token is used up whatever happens, and the sooner it is shown again, the more providers let it pass; if it
    /// did not, nothing is lost.
    async fn ask(
        &self,
        login: LoginId,
        refresh_token: &str,
        want: &Want<'_>,
        lease: &RefreshLease,
    ) -> (Result<TokenAnswer, EndpointError>, bool) {
        let scope: &[String] = if want.is_of_login(&self.config) {
            &[]
        } else {
            &want.scope
        };
        let audience = Some(want.audience);
        let answer = self.endpoint.refresh(refresh_token, audience, scope).await;
        let lost = matches!(
            answer,
            Err(EndpointError::Unavailable {
                fate: Fate::ConnectionLost,
                ..
            })
        );
        // Who was stopped in between must not show it again: another process may have used it by now.
        // Nor may a process that stops before it could store the answer.
        let has_time = self.has_time_to_refresh();
        if !lost || lease.may_be_over() || !has_time {
            return (answer, false);
        }
        tracing::warn!(
            ?login,
            "the connection was lost during a refresh; trying the same refresh token once more"
        );
        let answer = self.endpoint.refresh(refresh_token, audience, scope).await;
        (answer, true)
    }

    /// Whether a refresh that is sent now is stored before the process ends.
    fn has_time_to_refresh(&self) -> bool {
        self.tasks
            .has_time_for(self.config.http_timeout + SAVE_PATIENCE)
    }

    /// Whether the login asked for what today's configuration asks for.
    pub(super) fn is_current(&self, set: &TokenSet) -> bool {
        set.asked.as_ref() == Some(&self.asked)
    }
}
