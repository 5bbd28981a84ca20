//! The state that all endpoints share.

mod config;

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

pub(crate) use self::config::Config;
use crate::{
    activity_log::ActivityLog,
    clock::Clock,
    dpop::Dpop,
    error::OpenError,
    keys::{ApiKeys, KeySet},
    mutual_tls::{MutualTls, TlsPeer},
    refresh_counts::RefreshCounters,
    settings::Settings,
    store::{Store, apis, applications, users},
};

/// The minimum time between deletions of expired rows, in seconds.
const CLEANUP_INTERVAL: i64 = 60;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// The state of a tenant.
pub(crate) struct AppState {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) api_keys: ApiKeys,
    pub(crate) dpop: Dpop,
    pub(crate) activity_log: ActivityLog,
    pub(crate) refresh_counters: RefreshCounters,
    /// The client for back-channel logout.
    pub(crate) http_client: reqwest::Client,
    keys: RwLock<KeySet>,
    clock: Arc<dyn Clock>,
    last_cleanup: AtomicI64,
    requires_second_factor: AtomicBool,
    requires_pushed_requests: AtomicBool,
    /// The TLS listener, if there is one.
    pub(crate) mutual_tls: Option<MutualTls>,
}

impl AppState {
    /// Opens the database, writes the settings to it, and generates a signing key if there is none.
    pub(crate) async fn open(settings: Settings) -> Result<Self, OpenError> {
        settings.validate()?;
        // An error means that the program has already installed a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http_client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;

        let store = Store::open(&settings.database).await?;
        let now = settings.clock.unix_seconds();
        let mut transaction = store.begin().await?;
        applications::sync_from_settings(&mut transaction, &settings.applications).await?;
        apis::sync_from_settings(&mut transaction, &settings.apis).await?;
        users::sync_from_settings(&mut transaction, &settings.users, now).await?;
        transaction.commit().await?;
        store.delete_expired(now).await?;
        let keys = KeySet::open(&store, settings.signing_algorithm).await?;
        let mutual_tls = match &settings.mutual_tls {
            Some(tls) => {
                let (url, folder) = (tls.url.clone(), tls.folder.clone());
                Some(MutualTls::open(url, folder, settings.clock.clone()).await?)
            }
            None => None,
        };
        let api_keys = ApiKeys::generate(&settings.apis).await?;

        Ok(Self {
            config: Config::from(&settings),
            dpop: Dpop::new(&settings),
            store,
            api_keys,
            activity_log: ActivityLog::new(settings.clock.clone()),
            refresh_counters: RefreshCounters::default(),
            http_client,
            keys: RwLock::new(keys),
            clock: settings.clock,
            last_cleanup: AtomicI64::new(now),
            requires_second_factor: AtomicBool::new(settings.require_second_factor),
            requires_pushed_requests: AtomicBool::new(
                settings.require_pushed_authorization_requests,
            ),
            mutual_tls,
        })
    }

    /// Returns the current time, in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// Returns whether every login requires a second factor.
    pub(crate) fn requires_second_factor(&self) -> bool {
        self.requires_second_factor.load(Ordering::Relaxed)
    }

    /// Changes whether every login requires a second factor, until the tenant stops.
    pub(crate) fn require_second_factor(&self, required: bool) {
        self.requires_second_factor
            .store(required, Ordering::Relaxed);
    }

    /// Returns whether authorization requests must be pushed.
    pub(crate) fn requires_pushed_requests(&self) -> bool {
        self.requires_pushed_requests.load(Ordering::Relaxed)
    }

    /// Changes whether authorization requests must be pushed, until the tenant stops.
    pub(crate) fn require_pushed_requests(&self, required: bool) {
        self.requires_pushed_requests
            .store(required, Ordering::Relaxed);
    }

    /// Returns the URL at which `peer` requested the endpoint at `path`.
    pub(crate) fn url(&self, peer: &TlsPeer, path: &str) -> String {
        match &self.mutual_tls {
            Some(mutual_tls) if peer.is_tls() => mutual_tls.url(path),
            _ => self.config.url(path),
        }
    }

    /// Calls `read` with the signing keys. The lock is never held across an await point.
    pub(crate) fn with_keys<T>(&self, read: impl FnOnce(&KeySet) -> T) -> T {
        read(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Generates a new signing key; tokens of the previous key remain verifiable.
    pub(crate) async fn rotate_signing_key(&self) -> Result<(), OpenError> {
        let keys = KeySet::rotate(&self.store, self.config.signing_algorithm).await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Deletes expired rows if the last deletion is at least [`CLEANUP_INTERVAL`] ago.
    pub(crate) async fn delete_expired_if_due(&self) -> Result<(), sqlx::Error> {
        let now = self.now();
        let last = self.last_cleanup.load(Ordering::Relaxed);
        let due = now - last >= CLEANUP_INTERVAL
            && self
                .last_cleanup
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if due {
            self.store.delete_expired(now).await
        } else {
            Ok(())
        }
    }
}
