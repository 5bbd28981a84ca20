//! The site's side as one value: opened once, put around the application's router.

mod maintenance;
mod router;
mod state;

use std::sync::Arc;

use self::state::{AppState, Components};
use crate::{
    clock::{SharedClock, SystemClock},
    config::{Config, StoreLocation},
    doctor,
    guard::IsDataRoute,
    http_client::{HttpClient, HttpClientOptions, HttpError},
    oauth,
    provider::ProviderError,
    random::{SharedRandom, SystemRandom},
    store::{MemoryStore, SharedStore, StoreError},
};

/// Login, sessions and tokens for a site. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth0 {
    state: AppState,
    is_data_route: IsDataRoute,
}

/// Why [`Auth0::open`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The session store cannot be opened.
    #[error("AUTH0_SESSION_STORE: {0}")]
    Store(#[from] StoreError),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    HttpClient(#[from] HttpError),
}

/// What keeps the site from serving; see [`Auth0::ready`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The provider's metadata or keys cannot be had.
    #[error("provider: {0}")]
    Provider(#[from] ProviderError),
    /// The session store does not answer.
    #[error("session store: {0}")]
    Store(#[from] StoreError),
    /// The process stops; see [`Auth0::start_shutdown`].
    #[error("shutting down")]
    ShuttingDown,
}

/// The parts that tests put in the place of the real ones.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The time.
    pub clock: SharedClock,
    /// Random bytes.
    pub random: SharedRandom,
    /// A store, in the place of the one that the configuration names.
    pub store: Option<SharedStore>,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self {
            clock: SystemClock::shared(),
            random: SystemRandom::shared(),
            store: None,
        }
    }
}

impl Auth0 {
    /// Opens the session store and builds everything else. The provider is not asked yet: the site starts without it.
    ///
    /// # Errors
    ///
    /// Where the session store cannot be opened.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        Self::open_in(config, Dependencies::default()).await
    }

    /// As [`Self::open`], with a clock, a source of randomness, or a store of the caller's.
    ///
    /// # Errors
    ///
    /// Where the session store cannot be opened.
    pub async fn open_in(config: Config, surroundings: Dependencies) -> Result<Self, OpenError> {
        let Dependencies {
            clock,
            random,
            store,
        } = surroundings;
        let options = HttpClientOptions {
            total_timeout: config.http_timeout(),
            plain_http_to: config.provider_internal_url().cloned(),
            clock: Arc::clone(&clock),
            ..HttpClientOptions::default()
        };
        let http_client = HttpClient::new(options)?;
        let store: SharedStore = match (store, config.session_store()) {
            (Some(store), _) => store,
            (None, StoreLocation::Memory) => Arc::new(MemoryStore::default()),
            #[cfg(feature = "sqlite")]
            (None, StoreLocation::Sqlite(path)) => {
                Arc::new(axum_auth0_stores::SqliteStore::open(path).await?)
            }
            #[cfg(not(feature = "sqlite"))]
            (None, StoreLocation::Sqlite(_)) => {
                return Err(StoreError(crate::config::SQLITE_NOT_COMPILED_IN.to_owned()).into());
            }
        };
        for weakness in doctor::secret_weaknesses(&config) {
            weakness.log();
        }
        if config.audience().is_none() {
            tracing::warn!(
                "AUTH0_AUDIENCE is not set: people can log in, but no API will accept their access token (it is opaque, \
                 not a JWT). Set AUTH0_AUDIENCE to the Identifier of your API (Auth0 dashboard > Applications > APIs)."
            );
        }
        Ok(Self {
            state: AppState::new(Components {
                config,
                http_client,
                store,
                clock,
                random,
            }),
            is_data_route: |_| false,
        })
    }

    /// Names the routes that answer with data instead of a page: server functions, wherever they are mounted. Call it
    /// before [`Self::wrap`]; Leptos applications pass `leptos_auth0::server::is_server_function`.
    ///
    /// No other site reaches these routes, not even by a link, and a GET is never answered with the redirect to the
    /// `Referer` that `leptos_axum` makes of it. `/api/` and all below it are always among them.
    #[must_use]
    pub fn data_routes(mut self, is_data_route: fn(path: &str) -> bool) -> Self {
        self.is_data_route = is_data_route;
        self
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// The origins that a form of the site may lead to at the provider, separated by blanks: for `form-action` of a
    /// Content Security Policy, which a browser applies to the redirects that answer a form, too.
    pub fn provider_origins(&self) -> Arc<str> {
        oauth::provider_origins(&self.state.config, &self.state.provider).into()
    }

    /// The sources for `form-action` of the site's Content Security Policy: the site and the provider. The pages of the
    /// engine have the same.
    pub fn form_action(&self) -> String {
        oauth::form_action(&self.state.config, &self.state.provider)
    }

    /// Whether logins can work now: the provider's metadata and keys are at hand, and the store answers.
    ///
    /// # Errors
    ///
    /// What is missing. It may be there a moment later; the site need not be restarted.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.state.tasks.is_shutting_down() {
            return Err(NotReady::ShuttingDown);
        }
        self.state.provider.ready().await?;
        self.state.store.ping().await?;
        Ok(())
    }
}
