//! What becomes of a refresh's answer: it is stored, before anything else can fail; then judged.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{CachedToken, TokenError, TokenRequest, TokenSet, error::judge, refresh::Refresher};
use crate::{
    diagnosis::Diagnosis,
    failpoint,
    jwt::{JwtError, TokenKind},
    oauth::TokenResponse,
    store::{CasOutcome, LoginId, LoginRecord, StoreError},
};

/// How long the store may fail before a new refresh token is given up: the pauses between the attempts to save it.
const SAVE_PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// What all of these pauses add up to, rounded up.
pub(super) const SAVE_TIMEOUT: Duration = Duration::from_secs(4);

/// Result of a change of a login's tokens.
pub(super) enum Committed {
    /// It is stored. `is_superseded`: another process stored or revoked a refresh token meanwhile, and theirs is kept.
    Stored { set: TokenSet, is_superseded: bool },
    /// The login ended meanwhile, and ended it stays.
    LoginGone(LoginRecord),
}

impl Refresher {
    /// Stores what the provider answered; then judges it. `on_demand`: somebody wanted another token than the held one.
    pub(super) async fn settle(
        &self,
        row: LoginRecord,
        set: TokenSet,
        want: &TokenRequest<'_>,
        answer: &TokenResponse,
        on_demand: bool,
    ) -> Result<CachedToken, TokenError> {
        let login = row.id;
        let id_token = answer.id_token.as_deref();
        // Before the new token can be seen by anybody else: is it theirs at all?
        if let (Some(old), Some(new)) = (set.id_token.as_deref(), id_token)
            && !self.id_tokens.is_same_user(old, new)
        {
            return self.of_another_person(login, answer).await;
        }
        let now = self.clock.unix_seconds();
        let verified =
            CachedToken::verify(answer, want, &self.config, now).map(|token| CachedToken {
                on_demand,
                is_spent: token.came_without_lifetime(),
                ..token
            });
        let new = answer.refresh_token.clone().map(SecretString::from);
        let change = |set: &mut TokenSet, is_superseded: bool| {
            if !is_superseded {
                set.unsettled = false;
                set.backoff = None;
            }
            match &verified {
                Ok(token) => set.hold(token.clone()),
                Err(diagnosis) => set.record_rejection(want, diagnosis.clone(), now),
            }
        };
        let (set, is_superseded) = match self.commit(row, set, new.as_ref(), change).await? {
            Committed::Stored { set, is_superseded } => (set, is_superseded),
            Committed::LoginGone(row) => {
                if !self.has_newer_login(&row).await {
                    self.revoke(answer).await;
                }
                return Err(TokenError::SignInRequired);
            }
        };
        failpoint::reached("refresh:after-store").await;
        if is_superseded && set.refresh_token.is_none() {
            self.revoke(answer).await;
        }
        // The signature comes after the store: to check it the provider may have to be asked.
        if let Some(new) = id_token
            && !self.has_valid_signature(new).await
        {
            return self.of_another_person(login, answer).await;
        }
        verified.map_err(|diagnosis| judge(diagnosis, self.is_current(&set)))
    }

    /// Changes a login's tokens by compare-and-swap, and puts a new refresh token in first. `change` is told whether another
    /// process was faster: a refresh or revocation that was stored while this process slept through its lease wins, since
    /// its refresh token is newer.
    pub(super) async fn commit(
        &self,
        mut row: LoginRecord,
        mut set: TokenSet,
        new: Option<&SecretString>,
        change: impl Fn(&mut TokenSet, bool),
    ) -> Result<Committed, TokenError> {
        let used = set.refresh_token.clone();
        loop {
            let is_superseded = set.refresh_token != used;
            if let Some(new) = new.filter(|_| !is_superseded) {
                set.refresh_token = Some(new.expose_secret().to_owned());
            }
            change(&mut set, is_superseded);
            match self.save(&row, &set).await? {
                CasOutcome::Swapped => return Ok(Committed::Stored { set, is_superseded }),
                CasOutcome::Missing => return Ok(Committed::LoginGone(row)),
                CasOutcome::Conflict => {}
            }
            (row, set) = match self.load_patiently(row.id).await {
                // Ended, or changed by a process whose secret this one does not know.
                Err(TokenError::SignInRequired)
                    if self.store.load_login(&row.id).await?.is_none() =>
                {
                    return Ok(Committed::LoginGone(row));
                }
                loaded => loaded?,
            };
        }
    }

    /// Returns whether the provider signed a refreshed ID token.
    ///
    /// If the keys are unavailable the token is accepted: it came from the token endpoint over TLS (OpenID Connect Core 1.0
    /// §3.1.3.7, rule 6).
    async fn has_valid_signature(&self, id_token: &str) -> bool {
        let kind = TokenKind::of(id_token);
        if let Some(diagnosis) = Diagnosis::of_id_token(kind) {
            diagnosis.log();
        }
        if TokenKind::of(id_token).is_unreadable() {
            return true;
        }
        match self.id_tokens.verify_signature(id_token).await {
            Ok(()) => true,
            Err(error @ (JwtError::Unavailable(_) | JwtError::UnknownKey)) => {
                tracing::warn!(%error, "could not verify the signature of a refreshed ID token");
                true
            }
            Err(error) => {
                tracing::error!(%error, "a refreshed ID token is refused");
                false
            }
        }
    }

    /// OpenID Connect Core 1.0 §12.2: a refreshed ID token is of the same person, or the session is not theirs.
    async fn of_another_person(
        &self,
        login: LoginId,
        answer: &TokenResponse,
    ) -> Result<CachedToken, TokenError> {
        tracing::error!(
            ?login,
            "security: the refreshed ID token is of another person, or forged; the session ends"
        );
        self.store.delete_login(&login).await?;
        self.revoke(answer).await;
        Err(TokenError::SignInRequired)
    }

    /// Whether the user of a login that has ended is logged in again. At some providers the revocation of one refresh token
    /// ends all of the user's, and that would end the new login, too.
    async fn has_newer_login(&self, ended: &LoginRecord) -> bool {
        let newer = self
            .store
            .has_login_since(&ended.subject, ended.created_at)
            .await;
        newer.unwrap_or_else(|error| {
            tracing::warn!(login = ?ended.id, %error, "failed to look for a newer login; the refresh token is not revoked");
            true
        })
    }

    /// Gives back what was issued for a session that ended; nothing depends on the outcome.
    async fn revoke(&self, answer: &TokenResponse) {
        if let Some(refresh_token) = &answer.refresh_token
            && let Err(error) = self.endpoint.revoke(refresh_token).await
        {
            tracing::warn!(%error, "a refresh token of an ended session could not be revoked");
        }
    }

    /// Saves with patience: the provider has already forgotten the old refresh token.
    pub(super) async fn save(
        &self,
        row: &LoginRecord,
        set: &TokenSet,
    ) -> Result<CasOutcome, StoreError> {
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

    /// Loads with the same patience, while a new refresh token waits to be saved.
    async fn load_patiently(&self, login: LoginId) -> Result<(LoginRecord, TokenSet), TokenError> {
        for pause in SAVE_PAUSES {
            match self.load(login).await {
                Err(TokenError::StoreUnavailable) => tokio::time::sleep(pause).await,
                loaded => return loaded,
            }
        }
        self.load(login).await
    }
}
