//! What becomes of a refresh's answer: it is stored, before anything else can fail; then judged.

use std::time::Duration;

use super::{
    EndpointError, HeldToken, TokenAnswer, TokenError, TokenSet, Want, error::judge,
    refresh::Refresher,
};
use crate::{
    diagnosis::Diagnosis,
    failpoint,
    login::id_token::Refreshed,
    stores::{LoginId, LoginRow, StoreError, Swap},
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
pub(super) const SAVE_PATIENCE: Duration = Duration::from_secs(4);

impl Refresher {
    /// Stores what the provider answered; then judges it. `on_demand`: somebody wanted another token than the held one.
    pub(super) async fn settle(
        &self,
        mut row: LoginRow,
        mut set: TokenSet,
        want: &Want<'_>,
        answer: &TokenAnswer,
        on_demand: bool,
    ) -> Result<HeldToken, TokenError> {
        // Before the new token can be seen by anybody else: is it theirs at all?
        if let (Some(old), Some(new)) = (&set.id_token, &answer.id_token)
            && let Refreshed::OfAnotherPerson = self.id_tokens.compare(old, new)
        {
            return self.of_another_person(row.id, answer).await;
        }
        let now = self.clock.unix_seconds();
        let verified = HeldToken::verify(answer, want, &self.config, now)
            .map(|token| HeldToken { on_demand, ..token });
        let used = set.refresh_token.clone();
        let superseded = loop {
            // Whoever refreshed or revoked while this process slept through its lease has the last word: their refresh
            // token is younger than ours.
            let superseded = set.refresh_token != used;
            if !superseded {
                if let Some(refresh_token) = &answer.refresh_token {
                    set.refresh_token = Some(refresh_token.clone());
                }
                set.unsettled = false;
            }
            match &verified {
                Ok(token) => set.hold(token.clone()),
                Err(diagnosis) => set.note_wrong(want, diagnosis.clone(), now),
            }
            match self.save(&row, &set).await? {
                Swap::Done => break superseded,
                Swap::Gone => {
                    // Logged out meanwhile, and logged out it stays.
                    if !self.has_newer_login(&row).await {
                        self.revoke(answer).await;
                    }
                    return Err(TokenError::SignInRequired);
                }
                Swap::Conflict => (row, set) = self.load(row.id).await?,
            }
        };
        failpoint::reached("refresh:after-store").await;
        if superseded && set.refresh_token.is_none() {
            self.revoke(answer).await;
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

    /// Whether the user of a login that has ended is logged in again. At some providers the revocation of one refresh token
    /// ends all of the user's, and that would end the new login, too.
    async fn has_newer_login(&self, ended: &LoginRow) -> bool {
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
    async fn revoke(&self, answer: &TokenAnswer) {
        if let Some(refresh_token) = &answer.refresh_token
            && let Err(error) = self.endpoint.revoke(refresh_token).await
        {
            tracing::warn!(%error, "a refresh token of an ended session could not be revoked");
        }
    }

    /// Saves with patience: the provider has already forgotten the old refresh token.
    pub(super) async fn save(&self, row: &LoginRow, set: &TokenSet) -> Result<Swap, StoreError> {
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

    /// No tokens came. `unsettled`: this refresh token may have been shown to the provider before.
    pub(super) async fn give_up(
        &self,
        row: LoginRow,
        mut set: TokenSet,
        want: &Want<'_>,
        error: EndpointError,
        unsettled: bool,
    ) -> Result<HeldToken, TokenError> {
        if (error.is_unsettled() || unsettled) && !set.unsettled {
            set.unsettled = true;
            // Only for a better explanation later: nothing depends on it.
            if let Err(error) = self
                .store
                .swap_tokens(&row.id, row.version, set.seal(&self.keys, &row.id))
                .await
            {
                tracing::warn!(login = ?row.id, %error, "an unanswered refresh could not be noted");
            }
        }
        match error {
            EndpointError::Refused { code, .. } if code == "invalid_grant" => {
                self.end(row.id, &set, unsettled).await
            }
            EndpointError::Refused { code, description } => {
                let audience = Some((want.audience, want.api.audience_variable.as_str()));
                let diagnosis = Diagnosis::of_refusal(&code, description.as_deref(), audience);
                diagnosis.log();
                Err(TokenError::Misconfigured(Box::new(diagnosis)))
            }
            EndpointError::Unavailable { retry_after, .. } => {
                Err(TokenError::ProviderUnavailable { retry_after })
            }
            EndpointError::Unintelligible(why) => {
                tracing::error!(login = ?row.id, why, "the token endpoint cannot be understood");
                Err(TokenError::ProviderUnavailable { retry_after: None })
            }
        }
    }

    /// `invalid_grant`: the session is over, unless somebody who lost the lease stored a newer refresh token meanwhile.
    async fn end(
        &self,
        login: LoginId,
        used: &TokenSet,
        unsettled: bool,
    ) -> Result<HeldToken, TokenError> {
        let (_, set) = self.load(login).await?;
        if set.refresh_token != used.refresh_token {
            return Err(TokenError::ProviderUnavailable {
                retry_after: Some(Duration::from_secs(1)),
            });
        }
        let diagnosis = if unsettled {
            Diagnosis::refresh_token_reused()
        } else {
            Diagnosis::refresh_token_ended()
        };
        tracing::warn!(?login, code = diagnosis.code.as_str(), cause = %diagnosis.cause, fix = %diagnosis.fix, "the session ended");
        self.store.delete_login(&login).await?;
        Err(TokenError::SignInRequired)
    }
}
