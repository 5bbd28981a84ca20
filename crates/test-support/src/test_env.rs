//! A site and its provider in one process.

use std::{marker::PhantomData, sync::Arc};

use axum::Router;
use axum_auth0::{
    Api, ApiRegistration, Auth0, Auth0Builder, Config, Variables,
    clock::{Clock as _, MockClock},
    store::{MemoryStore, SharedStore},
};
use http::StatusCode;

use crate::{
    browser::{Browser, TestResponse},
    fake_provider::{CLIENT_ID, CLIENT_SECRET, Endpoint, FakeProvider, ORDERS, PRODUCTS},
    instrumented_store::InstrumentedStore,
    log_capture,
    secret_scanner::SecretScanner,
};

/// Origin of the site.
pub const SITE: &str = "http://localhost:3000";
const SECRET: &str = "canary-AUTH0_SECRET-0123456789-abcdefghij";

/// The API that `AUTH0_AUDIENCE` names.
pub struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
}

/// A second API.
pub struct OrdersApi;

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}

/// An API that the configuration does not declare.
pub struct UndeclaredApi;

impl Api for UndeclaredApi {
    const ENV_PREFIX: &'static str = "INVOICES";
    const SCOPES: &'static [&'static str] = &[];
}

/// The application under test. `GET /whoami` responds with the subject, or `anonymous`.
pub trait TestApp: Default {
    /// Returns the routes of the application.
    fn router(&self) -> Router;
}

/// Site, provider, clock and store of one test. Dropping it asserts that the log contains no secret of the test.
pub struct TestEnv<A: TestApp> {
    pub provider: FakeProvider,
    pub clock: Arc<MockClock>,
    pub store: Arc<InstrumentedStore>,
    pub app: A,
    pub auth0: Auth0,
    pub router: Router,
    pub secrets: SecretScanner,
    site: String,
}

/// Builds a [`TestEnv`].
pub struct TestEnvBuilder<A> {
    /// Path of the issuer; `/` by default.
    pub issuer_path: &'static str,
    /// The store below the [`InstrumentedStore`]; a [`MemoryStore`] by default.
    pub store: SharedStore,
    variables: Vec<(&'static str, Option<String>)>,
    app: PhantomData<fn() -> A>,
}

impl<A: TestApp> Default for TestEnvBuilder<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: TestApp> TestEnvBuilder<A> {
    pub fn new() -> Self {
        Self {
            app: PhantomData,
            issuer_path: "/",
            store: Arc::new(MemoryStore::default()),
            variables: Vec::new(),
        }
    }

    /// Sets an environment variable of the site.
    pub fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, Some(value.to_owned())));
        self
    }

    /// Removes an environment variable of the site.
    pub fn unset(mut self, name: &'static str) -> Self {
        self.variables.push((name, None));
        self
    }

    /// Starts the provider and the site.
    pub async fn build(self) -> TestEnv<A> {
        log_capture::start();
        let secrets = SecretScanner::default();
        secrets.add("AUTH0_SECRET", SECRET);
        let clock = MockClock::from_system();
        let provider =
            FakeProvider::start(self.issuer_path, Arc::clone(&clock), secrets.clone()).await;
        let store = Arc::new(InstrumentedStore::new(self.store));
        let config = config(&provider, &self.variables);
        let site = config.origin();
        let app = A::default();
        let (auth0, router) = build_site(config, &clock, &store, &app).await;
        TestEnv {
            provider,
            clock,
            store,
            app,
            auth0,
            router,
            secrets,
            site,
        }
    }
}

fn config(provider: &FakeProvider, changes: &[(&'static str, Option<String>)]) -> Config {
    let mut variables: Variables = [
        ("APP_BASE_URL", SITE),
        ("AUTH0_DOMAIN", provider.issuer()),
        ("AUTH0_CLIENT_ID", CLIENT_ID),
        ("AUTH0_CLIENT_SECRET", CLIENT_SECRET),
        ("AUTH0_SECRET", SECRET),
        ("AUTH0_AUDIENCE", PRODUCTS),
        ("AUTH0_SESSION_STORE", "memory:"),
        // Nothing listens there, also while a development server runs on this machine.
        ("PRODUCTS_API_URL", "http://127.0.0.1:1"),
        ("ORDERS_API_URL", "http://127.0.0.1:2"),
        ("ORDERS_API_AUDIENCE", ORDERS),
    ]
    .into_iter()
    .collect();
    for (name, value) in changes {
        match value {
            Some(value) => variables.set(*name, value.as_str()),
            None => variables.remove(name),
        }
    }
    let apis = [
        ApiRegistration::login::<ProductsApi>(),
        ApiRegistration::further::<OrdersApi>(),
    ];
    Config::from_variables(&variables, &apis).unwrap()
}

fn builder(config: Config, clock: &Arc<MockClock>, store: &Arc<InstrumentedStore>) -> Auth0Builder {
    Auth0::builder()
        .config(config)
        .clock(clock.clone())
        .store(store.clone())
}

async fn build_site(
    config: Config,
    clock: &Arc<MockClock>,
    store: &Arc<InstrumentedStore>,
    app: &impl TestApp,
) -> (Auth0, Router) {
    let builder = builder(config, clock, store).protect(["/products"]);
    let auth0 = builder.build().await.unwrap();
    let router = auth0.wrap(app.router());
    (auth0, router)
}

impl<A: TestApp> TestEnv<A> {
    /// Starts a test environment with the default configuration.
    pub async fn new() -> Self {
        TestEnvBuilder::new().build().await
    }

    /// Returns a browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), &self.site, self.secrets.clone())
    }

    /// Returns a browser in which `user` is logged in, and clears the request log of the provider.
    pub async fn logged_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        browser.log_in(&self.provider, user).await;
        self.provider.clear_request_log();
        browser
    }

    /// Returns the time of site and provider in seconds since 1970.
    pub fn clock_now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// Returns the configuration of the site with some environment variables changed.
    pub fn config(&self, changes: &[(&'static str, Option<&str>)]) -> Config {
        let changes: Vec<_> = changes
            .iter()
            .map(|(name, value)| (*name, value.map(str::to_owned)))
            .collect();
        config(&self.provider, &changes)
    }

    /// Returns a builder of a site with the same configuration, clock and store.
    pub fn auth0_builder(&self) -> Auth0Builder {
        builder(self.auth0.config().clone(), &self.clock, &self.store)
    }

    /// Restarts the site with some environment variables changed and returns its router. The provider, store and clock
    /// stay the same.
    pub async fn restarted(&self, changes: &[(&'static str, Option<&str>)]) -> Router {
        let config = self.config(changes);
        build_site(config, &self.clock, &self.store, &self.app)
            .await
            .1
    }

    /// Asserts that a login failed: the response is an error page with `status`, no user is signed in, and nothing is stored.
    pub async fn assert_login_failed(
        &self,
        browser: &mut Browser,
        response: &TestResponse,
        status: u16,
        case: &str,
    ) {
        assert_eq!(
            response.status.as_u16(),
            status,
            "{case}: {}",
            response.body
        );
        assert_eq!(response.header("location"), None, "{case}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{case}");
        assert!(response.body.starts_with("<!DOCTYPE html>"), "{case}");
        assert!(!browser.has_session(), "{case}: there is a session cookie");
        assert!(
            self.store.logins().await.is_empty(),
            "{case}: there is a login"
        );
        assert!(
            self.store.records().await.is_empty(),
            "{case}: there is a session"
        );
        assert_eq!(browser.whoami().await, "anonymous", "{case}");
        assert_eq!(self.provider.request_count(Endpoint::Unknown), 0, "{case}");
    }

    /// Returns the claims of the access token that the application gets for the user of `browser`.
    pub async fn token(&self, browser: &mut Browser) -> serde_json::Value {
        let response = browser.get("/token").await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        response.json()
    }
}

impl<A: TestApp> Drop for TestEnv<A> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let log = log_capture::captured();
            let found = self.secrets.found_in(&log);
            if !found.is_empty() {
                let lines = log.lines();
                let lines = lines.filter(|line| !self.secrets.found_in(line).is_empty());
                panic!(
                    "{found:?} in the log: {:#?}",
                    lines.take(3).collect::<Vec<_>>()
                );
            }
        }
    }
}
