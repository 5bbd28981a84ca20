//! Reads the settings of an [`Auth0Builder`], and builds the [`Auth0`].

use std::sync::Arc;

use super::{
    Auth0, Auth0Builder, BuildError,
    state::{AppState, Components},
};
use crate::{
    config::{Config, ConfigError, StoreLocation},
    http_client::{HttpClient, HttpClientOptions},
    metrics,
    session::{ChangeTracker, TrackedOperations},
    store::{MemoryStore, ObservedStore, SharedStore, StoreError},
};

impl Auth0Builder {
    /// Reads and checks the configuration, without building anything.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every problem.
    pub fn read_config(&self) -> Result<Config, ConfigError> {
        if let Some(config) = &self.config {
            return Ok(config.clone());
        }
        let environment = self.environment.as_ref().map_err(Clone::clone)?;
        let variables = self.code.clone().with_defaults(environment);
        Config::read(&variables, &self.apis, self.routes.as_ref())
    }

    /// Checks the configuration, opens the session store and builds everything else. The provider is not contacted yet:
    /// the site starts without it.
    ///
    /// What is probably not intended but no error, such as a missing audience, is logged and returned by
    /// [`Auth0::warnings`]. This crate logs by [`tracing`], so nothing is visible without a subscriber, for example
    /// `tracing_subscriber::fmt::init()`. The crate `axum-auth0-doctor` checks the configuration against the real
    /// provider.
    ///
    /// # Errors
    ///
    /// If the configuration has problems, all of which are listed, or if the session store cannot be opened.
    pub async fn build(self) -> Result<Auth0, BuildError> {
        let config = self.read_config()?;
        let http_client = HttpClient::new(HttpClientOptions {
            total_timeout: config.http_timeout(),
            plain_http_to: config.provider_internal_url().cloned(),
            clock: Arc::clone(&self.clock),
            observer: Some(metrics::provider_requests()),
            ..HttpClientOptions::default()
        })?;
        let store = match self.store {
            Some(store) => store,
            None => open_store(config.session_store()).await?,
        };
        let changes = Arc::<ChangeTracker>::default();
        let operations = TrackedOperations {
            metrics: metrics::store_operations(),
            changes: Arc::clone(&changes),
        };
        let state = AppState::new(Components {
            config,
            http_client,
            store: Arc::new(ObservedStore::new(store, Arc::new(operations))),
            changes,
            clock: self.clock,
            random: self.random,
            public_claims: self.public_claims,
            hooks: self.hooks,
            events: self.events,
            propagator: self.propagator,
        });
        let mut paths = self.paths;
        let silent = state.config.silent_login();
        paths.silent.list(silent.iter().cloned());
        let auth0 = Auth0 {
            state,
            paths: Arc::new(paths),
        };
        auth0.log_warnings();
        Ok(auth0)
    }
}

#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "redis")),
    expect(
        clippy::unused_async,
        reason = "a store on a database is opened asynchronously"
    )
)]
async fn open_store(location: &StoreLocation) -> Result<SharedStore, StoreError> {
    match location {
        StoreLocation::Memory => Ok(Arc::new(MemoryStore::default())),
        #[cfg(feature = "sqlite")]
        StoreLocation::Sqlite(path) => {
            Ok(Arc::new(axum_auth0_stores::SqliteStore::open(path).await?))
        }
        #[cfg(not(feature = "sqlite"))]
        StoreLocation::Sqlite(_) => {
            Err(StoreError(crate::config::SQLITE_NOT_COMPILED_IN.to_owned()))
        }
        #[cfg(feature = "postgres")]
        StoreLocation::Postgres(url) => {
            let store = axum_auth0_stores::PostgresStore::connect(url.expose()).await?;
            Ok(Arc::new(store))
        }
        #[cfg(not(feature = "postgres"))]
        StoreLocation::Postgres(_) => Err(StoreError(
            crate::config::POSTGRES_NOT_COMPILED_IN.to_owned(),
        )),
        #[cfg(feature = "redis")]
        StoreLocation::Redis(url) => {
            let options = axum_auth0_stores::RedisOptions::from_url(url.expose())?;
            Ok(Arc::new(
                axum_auth0_stores::RedisStore::connect(options).await?,
            ))
        }
        #[cfg(not(feature = "redis"))]
        StoreLocation::Redis(_) => Err(StoreError(crate::config::REDIS_NOT_COMPILED_IN.to_owned())),
    }
}
