//! A site and its provider, in one process.

use std::sync::Arc;

use axum::Router;
use axum_auth0::{
    ApiDeclaration, Auth0, Config, Surroundings, Variables,
    chance::SystemChance,
    clock::{Clock as _, ManualClock},
    stores::{MemoryStore, SharedStore},
};
use http::StatusCode;

use crate::{
    app::{App, OrdersApi, ProductsApi},
    browser::{Answer, Browser},
    hop::{CLIENT_ID, CLIENT_SECRET, Endpoint, Hop, ORDERS, PRODUCTS},
    logs::{self, Canaries},
    store::WatchedStore,
};

pub(crate) const SITE: &str = "http://localhost:3000";
const SECRET: &str = "canary-AUTH0_SECRET-0123456789-abcdefghij";

/// Site, provider, clock and store of one test. When it goes, the log must hold no secret of it.
pub(crate) struct World {
    pub(crate) hop: Hop,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<WatchedStore>,
    pub(crate) app: App,
    pub(crate) auth0: Auth0,
    pub(crate) router: Router,
    pub(crate) canaries: Canaries,
    site: String,
}

/// How a world differs from the usual one.
pub(crate) struct Setting {
    pub(crate) issuer_path: &'static str,
    pub(crate) store: SharedStore,
    variables: Vec<(&'static str, Option<String>)>,
}

impl Setting {
    pub(crate) fn usual() -> Self {
        Self {
            issuer_path: "/",
            store: Arc::new(MemoryStore::default()),
            variables: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, Some(value.to_owned())));
        self
    }

    pub(crate) fn unset(mut self, name: &'static str) -> Self {
        self.variables.push((name, None));
        self
    }

    pub(crate) async fn world(self) -> World {
        logs::capture();
        let canaries = Canaries::default();
        canaries.plant("AUTH0_SECRET", SECRET);
        let clock = ManualClock::from_system();
        let hop = Hop::start(self.issuer_path, Arc::clone(&clock), canaries.clone()).await;
        let store = Arc::new(WatchedStore::around(self.store));
        let config = config(&hop, &self.variables);
        let site = config.origin();
        let app = App::default();
        let (auth0, router) = open(config, &clock, &store, &app).await;
        World {
            hop,
            clock,
            store,
            app,
            auth0,
            router,
            canaries,
            site,
        }
    }
}

fn config(hop: &Hop, changes: &[(&'static str, Option<String>)]) -> Config {
    let mut variables: Variables = [
        ("APP_BASE_URL", SITE),
        ("AUTH0_DOMAIN", hop.issuer()),
        ("AUTH0_CLIENT_ID", CLIENT_ID),
        ("AUTH0_CLIENT_SECRET", CLIENT_SECRET),
        ("AUTH0_SECRET", SECRET),
        ("AUTH0_AUDIENCE", PRODUCTS),
        ("AUTH0_SESSION_STORE", "memory:"),
        ("PRODUCTS_API_URL", "http://127.0.0.1:4001"),
        ("ORDERS_API_URL", "http://127.0.0.1:4002"),
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
        ApiDeclaration::of::<ProductsApi>(),
        ApiDeclaration::of::<OrdersApi>(),
    ];
    Config::from_variables(&variables, &apis).unwrap()
}

async fn open(
    config: Config,
    clock: &Arc<ManualClock>,
    store: &Arc<WatchedStore>,
    app: &App,
) -> (Auth0, Router) {
    let surroundings = Surroundings {
        clock: clock.clone(),
        chance: SystemChance::shared(),
        store: Some(store.clone()),
    };
    let auth0 = Auth0::open_in(config, surroundings).await.unwrap();
    let router = auth0.protect(app.router(), &["/products"]);
    (auth0, router)
}

impl World {
    pub(crate) async fn new() -> Self {
        Setting::usual().world().await
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), &self.site, self.canaries.clone())
    }

    /// A browser in which `user` is logged in; the ledger begins anew.
    pub(crate) async fn logged_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        browser.log_in(&self.hop, user).await;
        self.hop.forget();
        browser
    }

    /// What the clock of site and provider shows.
    pub(crate) fn clock_now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// The same site, started again with some variables changed. Provider, store and clock go on.
    pub(crate) async fn restarted(&self, changes: &[(&'static str, Option<&str>)]) -> Router {
        let changes: Vec<_> = changes
            .iter()
            .map(|(name, value)| (*name, value.map(str::to_owned)))
            .collect();
        let config = config(&self.hop, &changes);
        open(config, &self.clock, &self.store, &self.app).await.1
    }

    /// Nothing came of a login: the answer is a page with this status, nobody is signed in, nothing is stored.
    pub(crate) async fn assert_refused(
        &self,
        browser: &mut Browser,
        answer: &Answer,
        status: u16,
        case: &str,
    ) {
        assert_eq!(answer.status.as_u16(), status, "{case}: {}", answer.body);
        assert_eq!(answer.header("location"), None, "{case}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{case}");
        assert!(answer.body.starts_with("<!DOCTYPE html>"), "{case}");
        assert!(!browser.has_session(), "{case}: there is a session cookie");
        assert!(
            self.store.logins().await.is_empty(),
            "{case}: there is a login"
        );
        assert!(
            self.store.records().await.is_empty(),
            "{case}: there is a session"
        );
        assert_eq!(browser.who().await, "anonymous", "{case}");
        assert_eq!(self.hop.times(Endpoint::Elsewhere), 0, "{case}");
    }

    /// The token that the application gets for `browser`.
    pub(crate) async fn token(&self, browser: &mut Browser) -> serde_json::Value {
        let answer = browser.go("/token").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let log = logs::written();
            let found = self.canaries.found_in(&log);
            if !found.is_empty() {
                let lines = log.lines();
                let lines = lines.filter(|line| !self.canaries.found_in(line).is_empty());
                panic!(
                    "{found:?} in the log: {:#?}",
                    lines.take(3).collect::<Vec<_>>()
                );
            }
        }
    }
}
