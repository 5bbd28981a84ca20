//! Tokens that the provider issued and that nothing uses: a check refused them, or their caller is gone.
//!
//! They are revoked (RFC 7009), unless their user has a session of this site. Some providers revoke the whole grant of the user
//! and the client with one of its tokens (Auth0's "Refresh Token Revocation Deletes Grant", Keycloak, Google), which would end
//! that session as well. A token whose user is unknown is therefore not revoked, either. In both cases it is dropped, and remains
//! valid at the provider until it expires.

use std::{collections::BTreeSet, fmt, sync::Arc};

use secrecy::ExposeSecret as _;

use super::{access::Tokens, refresh::Refresher, revocation_log::log_revocation};
use crate::{
    oauth::{EndpointResponse, Issued},
    store::LoginFilter,
    tasks::Work,
};

/// Revokes the tokens of a response when it is dropped, unless they are in use.
#[must_use = "the tokens are revoked when it is dropped"]
pub(crate) struct UnusedTokens {
    tokens: Tokens,
    issued: Issued,
    /// The user of the request, for tokens that name none.
    subject: Option<String>,
}

impl Tokens {
    /// Returns the tokens of `response` as unused. `subject` is the user of the request, if it names one.
    pub(crate) fn unused(
        &self,
        response: &EndpointResponse,
        subject: Option<&str>,
    ) -> UnusedTokens {
        UnusedTokens {
            tokens: self.clone(),
            issued: response.issued(),
            subject: subject.map(str::to_owned),
        }
    }
}

impl UnusedTokens {
    /// Records that the tokens are in use. They are not revoked.
    pub(crate) fn mark_used(mut self) {
        self.issued = Issued::default();
    }
}

impl Drop for UnusedTokens {
    fn drop(&mut self) {
        let issued = std::mem::take(&mut self.issued);
        if issued.is_empty() {
            return;
        }
        // A task needs the runtime, which has ended if this is dropped with it.
        if tokio::runtime::Handle::try_current().is_err() {
            tracing::warn!("unused tokens are not revoked: the runtime has ended");
            return;
        }
        let refresher = Arc::clone(&self.tokens.0);
        let subject = self.subject.take();
        let revocation = async move { refresher.revoke_issued(issued, subject).await };
        drop(self.tokens.0.tasks.spawn(Work::Revocation, revocation));
    }
}

/// Does not show the tokens.
impl fmt::Debug for UnusedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnusedTokens")
    }
}

impl Refresher {
    async fn revoke_issued(&self, issued: Issued, subject: Option<String>) {
        let mut subjects = issued.unverified_subjects();
        if subjects.is_empty() {
            subjects.extend(subject);
        }
        if let Some(reason) = self.reason_to_keep(&subjects).await {
            tracing::info!(reason, "unused tokens are not revoked");
            return;
        }
        if let Some(refresh_token) = &issued.refresh_token {
            let revoked = self.endpoint.revoke(refresh_token.expose_secret()).await;
            self.events.emit_logged(&log_revocation(None, &revoked));
        }
        // RFC 7009 §2.1: with the refresh token, a provider should revoke the access token, but need not.
        if let Some(access_token) = &issued.access_token {
            let token = access_token.expose_secret();
            match self.endpoint.revoke_access_token(token).await {
                Ok(()) => tracing::debug!("revoked an unused access token"),
                Err(error) => tracing::debug!(%error, "an unused access token is not revoked"),
            }
        }
    }

    /// Returns why tokens of these users must not be revoked.
    async fn reason_to_keep(&self, subjects: &BTreeSet<String>) -> Option<&'static str> {
        if subjects.is_empty() {
            return Some("their user is unknown and may have a session");
        }
        let issuer = self.config.issuer().as_str();
        for subject in subjects {
            let user = LoginFilter::User { issuer, subject };
            match self.sets.store.find_logins(user, 1).await {
                Ok(logins) if logins.is_empty() => {}
                Ok(_) => return Some("their user has a session"),
                Err(error) => {
                    tracing::warn!(%error, "failed to look for sessions of the user of unused tokens");
                    return Some("the session store failed");
                }
            }
        }
        None
    }
}
