//! Loads and saves token sets.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    error::{TokenError, store_unavailable},
    token_set::TokenSet,
};
use crate::{
    seal::Keyring,
    store::{CasOutcome, LoginId, LoginRecord, SharedStore},
};

/// Delays between attempts while the store fails.
const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Time for a save before a shutdown: the sum of the delays, rounded up.
pub(super) const SAVE_TIMEOUT: Duration = Duration::from_secs(4);

/// How long a new refresh token is kept in memory while the store fails: longer than a database needs to restart or to
/// fail over. After it, the token is lost.
const OUTAGE_TIMEOUT: Duration = Duration::from_mins(1);

/// Interval between attempts to save a new refresh token during an outage. Shorter than
/// [`TAKEOVER_DELAY`](super::refresh), so that the save wins over a process that takes over the lease.
const OUTAGE_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The sealed token sets in the session store. Cheap to clone.
#[derive(Clone)]
pub(super) struct TokenSetStore {
    pub(super) store: SharedStore,
    pub(super) keys: Keyring,
}

impl TokenSetStore {
    /// Returns the record and the tokens of `login`.
    ///
    /// # Errors
    ///
    /// [`TokenError::SignInRequired`] if the login has ended or its tokens are unreadable.
    pub(super) async fn load(&self, login: LoginId) -> Result<(LoginRecord, TokenSet), TokenError> {
        let record = self
            .store
            .load_login(&login)
            .await
            .map_err(store_unavailable("failed to load tokens"))?
            .ok_or(TokenError::SignInRequired)?;
        if let Ok(set) = TokenSet::open(&self.keys, &login, &record.tokens) {
            return Ok((record, set));
        }
        // Not deleted, because a replica with another secret or version may be able to read them.
        tracing::warn!(
            ?login,
            "tokens are unreadable: sealed with another AUTH0_SECRET, written by another version, or modified"
        );
        Err(TokenError::SignInRequired)
    }

    /// Loads with retries, for a caller that has a new refresh token to save.
    pub(super) async fn load_with_retries(
        &self,
        login: LoginId,
    ) -> Result<(LoginRecord, TokenSet), TokenError> {
        for delay in RETRY_DELAYS {
            match self.load(login).await {
                Err(TokenError::StoreUnavailable) => tokio::time::sleep(delay).await,
                loaded => return loaded,
            }
        }
        self.load(login).await
    }

    /// Saves `set` if `record` is current. Retries if the store fails, because the provider has already invalidated the
    /// old refresh token.
    pub(super) async fn save(
        &self,
        record: &LoginRecord,
        set: &TokenSet,
    ) -> Result<CasOutcome, TokenError> {
        let sealed = set.seal(&self.keys, &record.id);
        let swap = || {
            self.store
                .swap_tokens(&record.id, record.version, sealed.clone())
        };
        let start = Instant::now();
        let mut delays = RETRY_DELAYS
            .into_iter()
            .filter(|delay| *delay < OUTAGE_POLL_INTERVAL);
        loop {
            match swap().await {
                Ok(outcome) => return Ok(outcome),
                Err(error) if start.elapsed() >= OUTAGE_TIMEOUT => {
                    return Err(store_unavailable("failed to save tokens")(error));
                }
                Err(error) => {
                    tracing::error!(login = ?record.id, %error, "failed to save tokens; retrying");
                    tokio::time::sleep(delays.next().unwrap_or(OUTAGE_POLL_INTERVAL)).await;
                }
            }
        }
    }

    /// Ends a login. Returns it, unless it has already ended.
    pub(super) async fn delete(&self, login: LoginId) -> Result<Option<LoginRecord>, TokenError> {
        self.store
            .delete_login(&login)
            .await
            .map_err(store_unavailable("failed to end a session"))
    }
}
