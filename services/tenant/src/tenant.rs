//! The public handle of a running tenant.

use std::{fmt, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

use crate::{
    activity_log::LogEntry,
    error::OpenError,
    mutual_tls::TlsListener,
    refresh_counts::RefreshCounts,
    router::router,
    settings::Settings,
    sso,
    state::AppState,
    store::{sessions, tokens},
    token::direct::{self, IssueError, IssuedTokens},
};

/// A running tenant. Clones share their state.
#[derive(Clone)]
pub struct Tenant {
    state: Arc<AppState>,
}

impl Tenant {
    /// Opens the database, writes the settings to it, and generates a signing key if there is none.
    ///
    /// # Errors
    /// Returns an error if the settings are invalid, or if the database cannot be opened.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        Ok(Self {
            state: Arc::new(AppState::open(settings).await?),
        })
    }

    /// Returns the tenant's endpoints, to be served on loopback at the issuer's port.
    pub fn router(&self) -> Router {
        router(self.state.clone())
    }

    /// Returns a listener for the URL of [`MutualTlsSettings`](crate::MutualTlsSettings), to be served with the same router;
    /// `None` without these settings.
    pub fn tls_listener(&self, listener: TcpListener) -> Option<TlsListener> {
        let mutual_tls = self.state.mutual_tls.as_ref()?;
        Some(mutual_tls.listener(listener))
    }

    /// Returns the variables of a site that authenticates with the generated client certificate; none without a TLS listener.
    pub fn certificate_variables(&self) -> Vec<(&'static str, String)> {
        let mutual_tls = self.state.mutual_tls.as_ref();
        mutual_tls.map_or_else(Vec::new, |tls| tls.files.site_variables().into())
    }

    /// Returns the activity log, newest entry first; at most 200 entries.
    pub fn activity_log(&self) -> Vec<LogEntry> {
        self.state.activity_log.newest_first()
    }

    /// Returns the number of refresh requests by outcome; `GET /dashboard/refreshes.json` returns the same.
    pub fn refreshes(&self) -> RefreshCounts {
        self.state.refresh_counters.counts()
    }

    /// Issues the tokens of a login of the user `sub` to the application `client_id`, without the login: for tests of an
    /// application that are not about it. `audience` and `scope` are those of the authorization request.
    ///
    /// The user has a session, like after a login, but no browser has its cookie.
    ///
    /// # Errors
    /// Returns an error if the user, the application or the API does not exist, or if an internal operation fails.
    pub async fn issue_tokens(
        &self,
        client_id: &str,
        sub: &str,
        audience: Option<&str>,
        scope: &str,
    ) -> Result<IssuedTokens, IssueError> {
        direct::issue(&self.state, client_id, sub, audience, scope).await
    }

    /// Generates a new signing key. The previous key stays in the JWKS, the key before it is removed.
    ///
    /// # Errors
    /// Returns an error if a database operation or the key generation fails.
    pub async fn rotate_signing_key(&self) -> Result<(), OpenError> {
        self.state.rotate_signing_key().await
    }

    /// Revokes all refresh tokens and returns their number.
    ///
    /// # Errors
    /// Returns an error if a database operation fails.
    pub async fn revoke_all_refresh_tokens(&self) -> Result<u64, OpenError> {
        let mut connection = self.state.store.connection().await?;
        Ok(tokens::revoke_all_refresh_tokens(&mut connection).await?)
    }

    /// Ends all sessions at the tenant, as an administrator would, and notifies the applications by back-channel logout.
    ///
    /// # Errors
    /// Returns an error if a database operation fails.
    pub async fn end_all_sessions(&self) -> Result<(), OpenError> {
        let mut connection = self.state.store.connection().await?;
        let sids = sessions::list_sids(&mut connection).await?;
        drop(connection);
        for sid in sids {
            sso::end_session(&self.state, &sid).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("issuer", &self.state.config.issuer)
            .finish_non_exhaustive()
    }
}
