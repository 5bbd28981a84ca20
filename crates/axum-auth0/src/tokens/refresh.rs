//! One refresh at a time for each login, whose result is stored before anybody uses it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use super::{
    Asked, EndpointError, TokenAnswer, TokenEndpoint, TokenError, TokenSet, Want, held::HeldToken,
};
use crate::{
    clock::SharedClock,
    diagnosis::Diagnosis,
    login::id_token::{IdTokenRules, Refreshed},
    seal::Keyring,
    stores::{LoginId, LoginRow, SharedStore, StoreError, Swap},
};

/// After a failed refresh, whoever waited for it gets the same failure for this many seconds instead of asking again.
const FAILURE_GRACE: i64 = 1;

/// How long the store may fail before a new refresh token is given up: the pauses between the attempts to save it.
const SAVE_PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// What a refresh needs, and which are under way.
pub(super) struct Refresher {
    pub(super) store: SharedStore,
    pub(super) keys: Keyring,
    pub(super) endpoint: TokenEndpoint,
    pub(super) id_tokens: IdTokenRules,
    pub(super) clock: SharedClock,
    pub(super) issuer: String,
    pub(super) asked: Asked,
    pub(super) flights: Mutex<HashMap<LoginId, Weak<Flight>>>,
}

/// Whoever refreshes a login's tokens holds this. The key is the login, so two users never share one.
#[derive(Default)]
pub(super) struct Flight(tokio::sync::Mutex<Option<(i64, TokenError)>>);

impl Refresher {
    /// Gets a new token in place of `instead_of`. Runs in a task of its own, so a client that hangs up does not
    /// cancel it between the provider's answer and the store.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        login: LoginId,
        want: Want,
        instead_of: Option<HeldToken>,
    ) -> Result<HeldToken, TokenError> {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let flight = inner.flight(login);
            let mut failure = flight.0.lock().await;
            let now = inner.clock.unix_seconds();
            if let Some((at, error)) = failure.as_ref()
                && (0..FAILURE_GRACE).contains(&(now - at))
            {
                return Err(error.clone());
            }
            let result = inner.refresh_alone(login, &want, instead_of.as_ref()).await;
            // The time of the failure, not of its beginning: a provider that hangs takes longer than the grace.
            let now = inner.clock.unix_seconds();
            *failure = result.as_ref().err().map(|error| (now, error.clone()));
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the refresh did not finish");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }

    /// The flight of `login`, the one that others hold where there is one.
    fn flight(&self, login: LoginId) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&login).and_then(Weak::upgrade) {
            return flight;
        }
        // Ended flights are cleared away when the map has doubled, so it grows with the flights under way only.
        if flights.len() == flights.capacity() {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(Flight::default());
        flights.insert(login, Arc::downgrade(&flight));
        flight
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
        tracing::warn!(
            ?login,
            "the tokens could not be opened; AUTH0_SECRET was changed without keeping the old one"
        );
        self.store.delete_login(&login).await?;
        Err(TokenError::SignInRequired)
    }

    /// The refresh itself; the caller holds the login's flight.
    async fn refresh_alone(
        &self,
        login: LoginId,
        want: &Want,
        instead_of: Option<&HeldToken>,
    ) -> Result<HeldToken, TokenError> {
        let (row, set) = self.load(login).await?;
        // Somebody was faster: their result is ours too.
        let now = self.clock.unix_seconds();
        if let Some(held) = set
            .held
            .iter()
            .find(|held| held.fits(want) && held.is_fresh(now))
            && instead_of.is_none_or(|old| old.token != held.token)
        {
            return Ok(held.clone());
        }
        let Some(refresh_token) = set.refresh_token.clone() else {
            let diagnosis = Diagnosis::no_refresh_token(self.asked.offline_access());
            return Err(judge(diagnosis, self.is_current(&set)));
        };
        tracing::debug!(?login, audience = %want.audience, "refreshing");
        match self
            .endpoint
            .refresh(&refresh_token, Some(&want.audience))
            .await
        {
            Ok(answer) => self.settle(row, set, want, &answer).await,
            Err(error) => {
                self.give_up(login, &refresh_token, &want.audience, error)
                    .await
            }
        }
    }

    /// Stores what the provider answered, before anything else can fail; then judges it.
    async fn settle(
        &self,
        mut row: LoginRow,
        mut set: TokenSet,
        want: &Want,
        answer: &TokenAnswer,
    ) -> Result<HeldToken, TokenError> {
        // Before the new token can be seen by anybody else: is it theirs at all?
        if let (Some(old), Some(new)) = (&set.id_token, &answer.id_token)
            && let Refreshed::OfAnotherPerson = self.id_tokens.compare(old, new)
        {
            return self.of_another_person(row.id, answer).await;
        }
        let now = self.clock.unix_seconds();
        let verified = HeldToken::verify(answer, want, &self.issuer, now);
        loop {
            if let Some(refresh_token) = &answer.refresh_token {
                set.refresh_token = Some(refresh_token.clone());
            }
            if let Ok(token) = &verified {
                set.hold(token.clone());
            }
            match self.save(&row, &set).await? {
                Swap::Done => break,
                Swap::Gone => {
                    // Logged out meanwhile, and logged out it stays.
                    self.revoke(answer).await;
                    return Err(TokenError::SignInRequired);
                }
                Swap::Conflict => (row, set) = self.load(row.id).await?,
            }
        }
        // The signature comes after the store: to check it the provider may have to be asked.
        if let Some(new) = &answer.id_token
            && !self.id_tokens.is_signed(new).await
        {
            return self.of_another_person(row.id, answer).await;
        }
        verified.map_err(|diagnosis| judge(diagnosis, self.is_current(&set)))
    }

    /// OpenID Connect Core 1.0 §12.2: a refreshed ID token is of the same person, or the session is not theirs.
    async fn of_another_person(
        &self,
        login: LoginId,
        answer: &TokenAnswer,
    ) -> Result<HeldToken, TokenError> {
        tracing::error!(
            ?login,
            "security: the refreshed ID token is of another person, or forged; the session ends"
        );
        self.store.delete_login(&login).await?;
        self.revoke(answer).await;
        Err(TokenError::SignInRequired)
    }

    /// Gives back what was issued for a session that ended; nothing depends on the outcome.
    async fn revoke(&self, answer: &TokenAnswer) {
        if let Some(refresh_token) = &answer.refresh_token
            && let Err(error) = self.endpoint.revoke(refresh_token).await
        {
            tracing::warn!(%error, "a refresh token of an ended session could not be revoked");
        }
    }

    /// Whether the login asked for what today's configuration asks for.
    pub(super) fn is_current(&self, set: &TokenSet) -> bool {
        set.asked.as_ref() == Some(&self.asked)
    }

    /// Saves with patience: the provider has already forgotten the old refresh token.
    async fn save(&self, row: &LoginRow, set: &TokenSet) -> Result<Swap, StoreError> {
        let sealed = set.seal(&self.keys, &row.id);
        for pause in SAVE_PAUSES {
            match self
                .store
                .swap_tokens(&row.id, row.version, sealed.clone())
                .await
            {
                Ok(swap) => return Ok(swap),
                Err(error) => {
                    tracing::error!(login = ?row.id, %error, "a refreshed token could not be saved yet; trying again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
        self.store.swap_tokens(&row.id, row.version, sealed).await
    }

    async fn give_up(
        &self,
        login: LoginId,
        used: &str,
        audience: &str,
        error: EndpointError,
    ) -> Result<HeldToken, TokenError> {
        match error {
            EndpointError::Refused { code, .. } if code == "invalid_grant" => {
                // Another process may have used the refresh token first; then its successor is in the store by now.
                let (_, set) = self.load(login).await?;
                if set.refresh_token.as_deref() != Some(used) {
                    return Err(TokenError::ProviderUnavailable {
                        retry_after: Some(Duration::from_secs(1)),
                    });
                }
                tracing::info!(?login, "the provider ended the session (invalid_grant)");
                self.store.delete_login(&login).await?;
                Err(TokenError::SignInRequired)
            }
            EndpointError::Refused { code, description } => {
                let diagnosis =
                    Diagnosis::of_refusal(&code, description.as_deref(), Some(audience));
                diagnosis.log();
                Err(TokenError::Misconfigured(Box::new(diagnosis)))
            }
            EndpointError::Unavailable { retry_after } => {
                Err(TokenError::ProviderUnavailable { retry_after })
            }
            EndpointError::Unintelligible(why) => {
                tracing::error!(?login, why, "the token endpoint cannot be understood");
                Err(TokenError::ProviderUnavailable { retry_after: None })
            }
        }
    }
}

/// What a token that is not right means: a wrong configuration, or only a login from before the configuration changed,
/// which a new login mends.
pub(super) fn judge(diagnosis: Diagnosis, is_current: bool) -> TokenError {
    if is_current {
        diagnosis.log();
        return TokenError::Misconfigured(Box::new(diagnosis));
    }
    tracing::info!(
        code = diagnosis.code.as_str(),
        "the configuration changed since this login; a new login is needed"
    );
    TokenError::SignInRequired
}
