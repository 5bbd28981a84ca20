//! The site, the tenant and the API, each at a port of its own, all in this process and all of them real.

mod builder;
mod log;
mod port;
mod request_log;

use std::sync::Arc;

use axum::Router;
use axum_auth0::{
    Auth0, Config, Dependencies, Variables,
    clock::{Clock as _, MockClock},
};
use reqwest::{Client, redirect::Policy};
use server::{options, site};
use tenant::Tenant;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use self::builder::Places;
pub(crate) use self::{
    builder::{CLIENT_SECRET, ORDERS_API, PRODUCTS_API, Plan, SITE_SECRET},
    log::Log,
    request_log::{Entry, Ledger},
};
use crate::browser::Person;

/// Everything at once. Its parts end with it.
pub(crate) struct World {
    pub(crate) base_url: Url,
    pub(crate) auth0: Auth0,
    pub(crate) tenant: Tenant,
    /// What the tenant was asked.
    pub(crate) at_tenant: Ledger,
    /// What the products API was asked.
    pub(crate) at_api: Ledger,
    /// What the orders API was asked, where there is one.
    pub(crate) at_orders: Ledger,
    /// What was logged since the world began.
    pub(crate) log: Log,
    places: Places,
    tenant_router: Router,
    api_router: Router,
    orders_router: Option<Router>,
    site_clock: Arc<MockClock>,
    tenant_clock: Arc<tenant::ManualClock>,
}

impl World {
    /// The world as a developer finds it.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The world with something about it changed.
    pub(crate) async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        Self::at(Places::new(), change).await
    }

    /// Ends everything, and starts it again from its files.
    pub(crate) async fn start_again(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        self.places.site.close().await;
        self.places.tenant.close().await;
        self.places.api.close().await;
        if self.orders_router.is_some() {
            self.places.orders.close().await;
        }
        let addresses = self.places.addresses();
        let Self { places, .. } = self;
        assert_eq!(places.addresses(), addresses);
        Self::at(places, |plan| {
            plan.in_files = true;
            change(plan);
        })
        .await
    }

    async fn at(mut places: Places, change: impl FnOnce(&mut Plan)) -> Self {
        let log = Log::from_now();
        let mut plan = Plan::new(&places);
        change(&mut plan);
        let folder = places.folder.path().to_owned();
        if plan.in_files {
            plan.keep_in(&folder);
        }

        let has_orders = plan.has_orders();

        let site_clock = MockClock::from_system();
        site_clock.advance(-plan.seconds_behind);
        let tenant_clock = tenant::ManualClock::at(site_clock.unix_seconds());
        plan.tenant.clock = tenant_clock.clone();
        let tenant = Tenant::open(plan.tenant).await.unwrap();
        let at_tenant = Ledger::default();
        let tenant_router = at_tenant.around(tenant.router());
        if plan.tenant_is_up {
            places.tenant.open(tenant_router.clone());
        }

        let at_api = Ledger::default();
        let api = products_api::router(products_api::Settings {
            issuer: format!("http://{}/", places.tenant.address()),
            audience: plan.api_audience,
            database: if plan.in_files {
                products_api::Database::File(folder.join("products.db"))
            } else {
                products_api::Database::Memory
            },
        });
        let api_router = at_api.around(api.await.unwrap());
        places.api.open(api_router.clone());

        let at_orders = Ledger::default();
        let orders_router = if has_orders {
            let router = at_orders.around(orders(&places, plan.in_files).await);
            places.orders.open(router.clone());
            Some(router)
        } else {
            None
        };

        let config = Config::from_variables(&plan.variables, &app::server::apis());
        let surroundings = Dependencies {
            clock: site_clock.clone(),
            ..Dependencies::default()
        };
        let auth0 = Auth0::open_in(config.unwrap(), surroundings).await.unwrap();
        let site_root = folder.join("site").display().to_string();
        let built: Variables = [("LEPTOS_SITE_ROOT", site_root)].into_iter().collect();
        let mut options = options::read(&built).unwrap();
        options.hash_files = plan.hash_files;
        places
            .site
            .open(site::router(options, auth0.clone(), false));

        Self {
            base_url: places.base_url(),
            auth0,
            tenant,
            at_tenant,
            at_api,
            at_orders,
            log,
            places,
            tenant_router,
            api_router,
            orders_router,
            site_clock,
            tenant_clock,
        }
    }

    /// Somebody with a browser of their own.
    pub(crate) fn person(&self) -> Person {
        Person::new(&self.base_url)
    }

    /// Moves the clocks of site and tenant.
    pub(crate) fn advance(&self, seconds: i64) {
        self.site_clock.advance(seconds);
        self.tenant_clock.advance(seconds);
    }

    pub(crate) async fn stop_tenant(&mut self) {
        self.places.tenant.close().await;
    }

    pub(crate) fn start_tenant(&mut self) {
        self.places.tenant.open(self.tenant_router.clone());
    }

    pub(crate) async fn stop_api(&mut self) {
        self.places.api.close().await;
    }

    pub(crate) fn start_api(&mut self) {
        self.places.api.open(self.api_router.clone());
    }

    pub(crate) async fn stop_orders(&mut self) {
        self.places.orders.close().await;
    }

    pub(crate) fn start_orders(&mut self) {
        let router = self.orders_router.clone();
        self.places
            .orders
            .open(router.expect("the plan of this world has orders"));
    }

    /// The API takes connections, and never answers.
    pub(crate) async fn hush_api(&mut self) {
        self.places.api.close().await;
        self.places.api.hush();
    }

    /// Everything in the files of the session store, readable or not.
    pub(crate) fn stored_sessions(&self) -> String {
        let folder = self.places.folder.path();
        let files = ["sessions.db", "sessions.db-wal"].map(|name| std::fs::read(folder.join(name)));
        String::from_utf8_lossy(&files.into_iter().flatten().flatten().collect::<Vec<_>>())
            .into_owned()
    }

    /// The URL of `path` at the tenant.
    pub(crate) fn tenant_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.places.tenant.address())
    }

    /// Asks the API itself, with an access token.
    pub(crate) async fn ask_api(&self, token: &str) -> serde_json::Value {
        let url = format!("http://{}/products", self.places.api.address());
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Sends a request to the site byte by byte: head without its last line break, and nothing added. The whole answer.
    pub(crate) async fn say(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.places.site.address())
            .await
            .unwrap();
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The name of the site, as a `Host` header has it.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.places.site.address().port())
    }
}

/// The orders API of the sample.
async fn orders(places: &Places, in_files: bool) -> Router {
    let settings = orders_api::Settings {
        issuer: format!("http://{}/", places.tenant.address()),
        audience: ORDERS_API.to_owned(),
        database: if in_files {
            orders_api::Database::File(places.folder.path().join("orders.db"))
        } else {
            orders_api::Database::Memory
        },
    };
    orders_api::router(settings).await.unwrap()
}
