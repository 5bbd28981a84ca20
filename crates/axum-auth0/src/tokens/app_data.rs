//! The application's data of a login. It is sealed together with the tokens, so that it changes by the same
//! compare-and-swap and every process sees a change.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    access::Tokens,
    error::{TokenError, store_unavailable},
    login_snapshot::LoginSnapshot,
};
use crate::store::{CasOutcome, LoginId};

/// Maximum number of attempts of an update. Each conflict means that another change was stored.
const MAX_ATTEMPTS: u32 = 64;

/// Number of attempts without a delay.
const ATTEMPTS_AT_ONCE: u32 = 4;

/// Delay of the later attempts, so that the concurrent updates do not all collide again.
const RETRY_DELAY: Duration = Duration::from_millis(2);

/// Result of [`Tokens::update_app_data`].
pub(crate) enum AppDataUpdate<R> {
    /// The data was stored, or was not changed.
    Stored(R, Map<String, Value>),
    /// Other changes were stored during every attempt.
    TooManyConflicts,
}

impl Tokens {
    /// Returns the application's data of `login`.
    ///
    /// # Errors
    ///
    /// If the login has ended or the store is unavailable.
    pub(crate) async fn app_data(
        &self,
        login: &LoginSnapshot,
    ) -> Result<Map<String, Value>, TokenError> {
        let sets = &self.0.sets;
        let latest = login.latest_tokens(sets, self.0.clock.unix_seconds()).await;
        if let Some(set) = latest.map_err(store_unavailable("failed to read session data"))? {
            return Ok(set.app_data.clone());
        }
        Ok(sets.load(login.id()).await?.1.app_data)
    }

    /// Applies `change` to the application's data of `login`. A concurrent change by another request is kept: `change` runs
    /// again on its result.
    ///
    /// # Errors
    ///
    /// The error of `change`, or that the login has ended or the store is unavailable.
    pub(crate) async fn update_app_data<R, E: From<TokenError>>(
        &self,
        login: LoginId,
        mut change: impl FnMut(&mut Map<String, Value>) -> Result<R, E>,
    ) -> Result<AppDataUpdate<R>, E> {
        let sets = &self.0.sets;
        for attempt in 0..MAX_ATTEMPTS {
            if attempt >= ATTEMPTS_AT_ONCE {
                tokio::time::sleep(RETRY_DELAY * (attempt % ATTEMPTS_AT_ONCE + 1)).await;
            }
            let (record, mut set) = sets.load(login).await?;
            let before = set.app_data.clone();
            let result = change(&mut set.app_data)?;
            if set.app_data == before {
                return Ok(AppDataUpdate::Stored(result, before));
            }
            let sealed = set.seal(&sets.keys, &login);
            let swapped = sets.store.swap_tokens(&login, record.version, sealed).await;
            match swapped.map_err(store_unavailable("failed to save session data"))? {
                CasOutcome::Swapped => return Ok(AppDataUpdate::Stored(result, set.app_data)),
                CasOutcome::Missing => return Err(TokenError::SignInRequired.into()),
                CasOutcome::Conflict => {}
            }
        }
        tracing::warn!(
            ?login,
            "session data not saved: too many concurrent changes"
        );
        Ok(AppDataUpdate::TooManyConflicts)
    }
}
