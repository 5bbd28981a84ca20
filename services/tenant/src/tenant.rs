//! The tenant itself: what every endpoint shares, and what an embedding program and tests may do with it.

use std::{
    collections::HashSet,
    fmt,
    net::Ipv4Addr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use url::{Host, Url};

use crate::{
    api_keys::ApiKeys,
    clock::Clock,
    error::OpenError,
    journal::{Journal, LogEntry},
    keys::KeySet,
    logout,
    refreshes::{RefreshCounts, Refreshes},
    settings::Settings,
    store::{Store, registry, sessions, tokens, users},
};

/// How often expired rows are deleted at most, in seconds.
const SWEEP_INTERVAL: i64 = 60;

/// A running tenant. Clones share their state.
#[derive(Clone)]
pub struct Tenant {
    shared: Arc<Shared>,
}

/// What every endpoint works with.
pub(crate) struct Shared {
    /// The issuer identifier, with its trailing slash.
    pub(crate) issuer: String,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) rotation: bool,
    pub(crate) resource_parameter: bool,
    pub(crate) default_audience: Option<String>,
    /// What access tokens name as their issuer.
    pub(crate) access_token_issuer: String,
    pub(crate) refresh_delay: Duration,
    pub(crate) refreshes: Refreshes,
    pub(crate) store: Store,
    pub(crate) keys: RwLock<KeySet>,
    pub(crate) api_keys: ApiKeys,
    pub(crate) journal: Journal,
    pub(crate) outbound: reqwest::Client,
    clock: Arc<dyn Clock>,
    swept_at: AtomicI64,
}

/// Lifetimes in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) access_token: i64,
    pub(crate) id_token: i64,
    pub(crate) refresh_token_idle: i64,
    pub(crate) refresh_token: i64,
    pub(crate) refresh_leeway: i64,
}

impl Tenant {
    /// Opens the database, writes the settings into it, and makes a signing key if there is none.
    ///
    /// # Errors
    /// Settings that cannot work, or a database that does not open.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        check(&settings)?;
        // An error says that the program has installed a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let outbound = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;

        let store = Store::open(&settings.database).await?;
        let now = settings.clock.unix_seconds();
        let mut transaction = store.begin().await?;
        registry::mirror(&mut transaction, &settings.applications, &settings.apis).await?;
        users::mirror(&mut transaction, &settings.users, now).await?;
        transaction.commit().await?;
        store.sweep(now).await?;
        let keys = KeySet::open(&store).await?;
        let api_keys = ApiKeys::make(&settings.apis).await?;

        let shared = Shared {
            issuer: settings.issuer.as_str().to_owned(),
            lifetimes: Lifetimes {
                access_token: seconds(settings.access_token_lifetime),
                id_token: seconds(settings.id_token_lifetime),
                refresh_token_idle: seconds(settings.refresh_token_idle),
                refresh_token: seconds(settings.refresh_token_lifetime),
                refresh_leeway: seconds(settings.refresh_leeway),
            },
            rotation: settings.rotation,
            resource_parameter: settings.resource_parameter,
            default_audience: settings.default_audience,
            access_token_issuer: settings
                .access_token_issuer
                .unwrap_or(settings.issuer)
                .into(),
            refresh_delay: settings.refresh_delay,
            refreshes: Refreshes::default(),
            store,
            keys: RwLock::new(keys),
            api_keys,
            journal: Journal::new(settings.clock.clone()),
            outbound,
            clock: settings.clock,
            swept_at: AtomicI64::new(now),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The tenant's endpoints, to be served on loopback at the issuer's port.
    pub fn router(&self) -> Router {
        crate::routes::router(self.shared.clone())
    }

    /// The live log, newest entry first; at most 200 entries.
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.journal.newest_first()
    }

    /// What became of the refreshes since the tenant was opened; `GET /dashboard/refreshes.json` says the same.
    pub fn refreshes(&self) -> RefreshCounts {
        self.shared.refreshes.counts()
    }

    /// Makes a new signing key. The one before stays in the JWKS, the one before that leaves it.
    ///
    /// # Errors
    /// The database fails, or no key can be made.
    pub async fn rotate_signing_key(&self) -> Result<(), OpenError> {
        let keys = KeySet::rotate(&self.shared.store).await?;
        *self
            .shared
            .keys
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Makes every refresh token unknown; answers how many there were.
    ///
    /// # Errors
    /// The database fails.
    pub async fn revoke_all_refresh_tokens(&self) -> Result<u64, OpenError> {
        let mut connection = self.shared.store.connection().await?;
        Ok(tokens::revoke_all_refresh_tokens(&mut connection).await?)
    }

    /// Ends every session at the tenant, as an administrator would, and tells the applications by back-channel logout.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_all_sessions(&self) -> Result<(), OpenError> {
        let mut connection = self.shared.store.connection().await?;
        let sids = sessions::all_sids(&mut connection).await?;
        drop(connection);
        for sid in sids {
            logout::end_session(&self.shared, &sid).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tenant")
            .field("issuer", &self.shared.issuer)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// The endpoint at `path`, which starts without a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The audience that `/userinfo` has in an access token.
    pub(crate) fn userinfo_audience(&self) -> String {
        self.url("userinfo")
    }

    /// Reads the keys; the lock is never held over an await.
    pub(crate) fn with_keys<T>(&self, read: impl FnOnce(&KeySet) -> T) -> T {
        read(
            &self
                .keys
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }

    /// Deletes expired rows if that was not done within the last minute.
    pub(crate) async fn sweep_if_due(&self) -> Result<(), sqlx::Error> {
        let now = self.now();
        let last = self.swept_at.load(Ordering::Relaxed);
        let due = now - last >= SWEEP_INTERVAL
            && self
                .swept_at
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if due {
            self.store.sweep(now).await
        } else {
            Ok(())
        }
    }
}

fn check(settings: &Settings) -> Result<(), OpenError> {
    let issuer = &settings.issuer;
    if issuer.scheme() != "http" || !issuer.host().is_some_and(|host| is_loopback(&host)) {
        return Err(OpenError::IssuerNotLocal);
    }
    if issuer.path() != "/" || issuer.query().is_some() || issuer.fragment().is_some() {
        return Err(OpenError::IssuerForm);
    }
    for application in &settings.applications {
        for text in application
            .callback_urls
            .iter()
            .chain(&application.logout_urls)
        {
            if !Url::parse(text)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            {
                return Err(OpenError::Url(text.clone()));
            }
        }
    }
    unlike(
        settings
            .applications
            .iter()
            .map(|application| application.client_id.as_str()),
    )?;
    unlike(settings.apis.iter().map(|api| api.identifier.as_str()))?;
    if let Some(audience) = &settings.default_audience
        && !settings.apis.iter().any(|api| api.identifier == *audience)
    {
        return Err(OpenError::DefaultAudience(audience.clone()));
    }
    unlike(settings.users.iter().map(|user| user.sub.as_str()))?;
    unlike(settings.users.iter().map(|user| user.email.as_str()))
}

fn unlike<'a>(identifiers: impl Iterator<Item = &'a str>) -> Result<(), OpenError> {
    let mut seen = HashSet::new();
    for identifier in identifiers {
        if !seen.insert(identifier.to_lowercase()) {
            return Err(OpenError::Duplicate(identifier.to_owned()));
        }
    }
    Ok(())
}

/// Whether a host is this machine by its name or address alone.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name.eq_ignore_ascii_case("localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .as_ref()
                    .is_some_and(Ipv4Addr::is_loopback)
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    // A century is as good as for ever and leaves room for additions.
    const CENTURY: u64 = 100 * 365 * 24 * 60 * 60;
    i64::try_from(duration.as_secs().min(CENTURY)).unwrap_or(i64::MAX / 4)
}
