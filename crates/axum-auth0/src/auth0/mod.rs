//! [`Auth0`], built once and wrapped around the application's router.

mod access;
mod backchannel_login;
mod backchannel_poll;
mod build;
mod builder;
mod grants;
mod hooks;
mod issued_tokens;
mod login_pages;
mod maintenance;
mod proxy;
mod router;
mod sessions;
mod state;
mod step_up;
#[cfg(feature = "testing")]
mod testing;
mod token_exchange;
mod variables;
mod warnings;

use std::{fmt, sync::Arc};

use self::state::AppState;
#[cfg(feature = "testing")]
pub(crate) use self::testing::NewTestLogin;
pub use self::{backchannel_login::PendingBackchannelLogin, builder::Auth0Builder};
use crate::{
    config::{Config, ConfigError},
    diagnosis::Diagnosis,
    events::AuthEvent,
    guard::GuardedPaths,
    http_client::HttpError,
    oauth,
    provider::ProviderError,
    store::StoreError,
};

/// Login, sessions and tokens for a site. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth0 {
    state: AppState,
    paths: Arc<GuardedPaths>,
}

/// Error of [`Auth0Builder::build`].
///
/// `Debug` shows the same text as `Display`, so that a `main` that returns the error prints a readable list.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The configuration has problems.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The session store cannot be opened.
    #[error("AUTH0_SESSION_STORE: {0}")]
    Store(#[from] StoreError),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    HttpClient(#[from] HttpError),
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reason why the site is not ready; see [`Auth0::ready`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The provider's metadata and keys were never fetched, so no login can work.
    #[error("provider: {0}")]
    Provider(#[from] ProviderError),
    /// The provider does not offer what `AUTH0_FAPI2` requires, so no login can work.
    #[error("provider: {0}")]
    NotSupported(Box<Diagnosis>),
    /// The session store failed.
    #[error("session store: {0}")]
    Store(#[from] StoreError),
    /// The process is shutting down; see [`Auth0::start_shutdown`].
    #[error("shutting down")]
    ShuttingDown,
}

impl Auth0 {
    /// Returns a builder: `Auth0::builder().env().build().await`.
    pub fn builder() -> Auth0Builder {
        Auth0Builder::default()
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Returns the provider origins that a form of the site can lead to, separated by spaces, for the `form-action`
    /// directive of a Content Security Policy. Browsers also apply it to redirects that answer a form.
    pub fn provider_origins(&self) -> Arc<str> {
        oauth::provider_origins(&self.state.config, &self.state.provider).into()
    }

    /// Returns the sources for the `form-action` directive of the site's Content Security Policy: the site and the
    /// provider. The engine's own pages use the same sources.
    pub fn form_action(&self) -> String {
        oauth::form_action(&self.state.config, &self.state.provider)
    }

    /// Adds an event of another crate to the event stream, such as a finding of the doctor
    /// ([`AuthEvent::doctor_finding`]).
    pub fn emit(&self, event: &AuthEvent) {
        self.state.events.emit(event);
    }

    /// Checks that this process can serve users: it is not shutting down, the store responds, and the provider's metadata
    /// and keys were fetched once.
    ///
    /// A later outage of the provider does not make the process unready, because it is the same for all replicas, and users
    /// who are signed in can still be served. [`Self::provider_outage`] tells it.
    ///
    /// # Errors
    ///
    /// Returns what is missing. It can become available later without a restart.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.state.tasks.is_shutting_down() {
            return Err(NotReady::ShuttingDown);
        }
        self.state.store.ping().await?;
        if !self.state.provider.is_discovered() {
            self.state.provider.ready().await?;
        }
        if let Some(metadata) = self.state.provider.cached_metadata() {
            oauth::check_profile(&self.state.config, &metadata)
                .map_err(|diagnosis| NotReady::NotSupported(Box::new(diagnosis)))?;
        }
        Ok(())
    }

    /// Returns why the last fetch of the provider's metadata or keys failed; `None` if it succeeded. The provider is not
    /// contacted: [`Self::spawn_maintenance`] keeps metadata and keys up to date.
    pub fn provider_outage(&self) -> Option<ProviderError> {
        self.state.provider.outage()
    }
}
