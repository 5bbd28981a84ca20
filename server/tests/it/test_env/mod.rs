//! The site, the tenant and the API, each at a port of its own, all in this process and all of them real.

mod builder;
mod service_port;

use std::sync::Arc;

use axum::Router;
use axum_auth0::{
    Auth0, Variables,
    clock::{Clock as _, MockClock},
};
use reqwest::{Client, redirect::Policy};
use server::{options, site};
use tenant::Tenant;
pub(crate) use test_support::{LogCapture, RecordedExchange, RequestLog};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use self::builder::Ports;
pub(crate) use self::builder::{
    CLIENT_SECRET, ORDERS_API, PRODUCTS_API, SITE_SECRET, TestEnvBuilder,
};
use crate::browser::Browser;

/// Everything at once. Its parts end with it.
pub(crate) struct TestEnv {
    pub(crate) base_url: Url,
    pub(crate) auth0: Auth0,
    pub(crate) tenant: Tenant,
    /// What the tenant was asked.
    pub(crate) tenant_requests: RequestLog,
    /// What the products API was asked.
    pub(crate) products_requests: RequestLog,
    /// What the orders API was asked, where there is one.
    pub(crate) orders_requests: RequestLog,
    /// What was logged since the world began.
    pub(crate) log: LogCapture,
    ports: Ports,
    tenant_router: Router,
    api_router: Router,
    orders_router: Option<Router>,
    site_clock: Arc<MockClock>,
    tenant_clock: Arc<tenant::MockClock>,
}

impl TestEnv {
    /// The world as a developer finds it.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The world with something about it changed.
    pub(crate) async fn with(change: impl FnOnce(&mut TestEnvBuilder)) -> Self {
        Self::at(Ports::new(), change).await
    }

    /// Ends everything, and starts it again from its files.
    pub(crate) async fn restart(mut self, change: impl FnOnce(&mut TestEnvBuilder)) -> Self {
        self.ports.site.close().await;
        self.ports.tenant.close().await;
        self.ports.api.close().await;
        if self.orders_router.is_some() {
            self.ports.orders.close().await;
        }
        let addresses = self.ports.addresses();
        let Self { ports, .. } = self;
        assert_eq!(ports.addresses(), addresses);
        Self::at(ports, |builder| {
            builder.persistent = true;
            change(builder);
        })
        .await
    }

    async fn at(mut ports: Ports, change: impl FnOnce(&mut TestEnvBuilder)) -> Self {
        let log = LogCapture::start();
        let mut builder = TestEnvBuilder::new(&ports);
        change(&mut builder);
        let folder = ports.folder.path().to_owned();
        if builder.persistent {
            builder.store_in(&folder);
        }

        let has_orders = builder.has_orders();

        let site_clock = MockClock::from_system();
        site_clock.advance(-builder.seconds_behind);
        let tenant_clock = tenant::MockClock::at(site_clock.unix_seconds());
        builder.tenant.clock = tenant_clock.clone();
        let tenant = Tenant::open(builder.tenant).await.unwrap();
        let tenant_requests = RequestLog::default();
        let tenant_router = tenant_requests.wrap(tenant.router());
        if builder.tenant_is_up {
            ports.tenant.open(tenant_router.clone());
        }

        let products_requests = RequestLog::default();
        let api = products_api::router(products_api::Settings {
            issuer: format!("http://{}/", ports.tenant.address()),
            audience: builder.api_audience,
            database: if builder.persistent {
                products_api::Database::File(folder.join("products.db"))
            } else {
                products_api::Database::Memory
            },
        });
        let api_router = products_requests.wrap(api.await.unwrap());
        ports.api.open(api_router.clone());

        let orders_requests = RequestLog::default();
        let orders_router = if has_orders {
            let router = orders_requests.wrap(orders(&ports, builder.persistent).await);
            ports.orders.open(router.clone());
            Some(router)
        } else {
            None
        };

        let auth0 = site::auth0().variables(builder.variables.clone());
        let auth0 = auth0.clock(site_clock.clone()).build().await.unwrap();
        let site_root = folder.join("site").display().to_string();
        let built: Variables = [("LEPTOS_SITE_ROOT", site_root)].into_iter().collect();
        let mut options = options::read(&built).unwrap();
        options.hash_files = builder.hash_files;
        ports.site.open(site::router(options, auth0.clone(), false));

        Self {
            base_url: ports.base_url(),
            auth0,
            tenant,
            tenant_requests,
            products_requests,
            orders_requests,
            log,
            ports,
            tenant_router,
            api_router,
            orders_router,
            site_clock,
            tenant_clock,
        }
    }

    /// Somebody with a browser of their own.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base_url)
    }

    /// Moves the clocks of site and tenant.
    pub(crate) fn advance(&self, seconds: i64) {
        self.site_clock.advance(seconds);
        self.tenant_clock.advance(seconds);
    }

    pub(crate) async fn stop_tenant(&mut self) {
        self.ports.tenant.close().await;
    }

    pub(crate) fn start_tenant(&mut self) {
        self.ports.tenant.open(self.tenant_router.clone());
    }

    pub(crate) async fn stop_api(&mut self) {
        self.ports.api.close().await;
    }

    pub(crate) fn start_api(&mut self) {
        self.ports.api.open(self.api_router.clone());
    }

    pub(crate) async fn stop_orders(&mut self) {
        self.ports.orders.close().await;
    }

    pub(crate) fn start_orders(&mut self) {
        let router = self.orders_router.clone();
        self.ports
            .orders
            .open(router.expect("the environment has an orders API"));
    }

    /// The API takes connections, and never answers.
    pub(crate) async fn silence_api(&mut self) {
        self.ports.api.close().await;
        self.ports.api.accept_silently();
    }

    /// Everything in the files of the session store, readable or not.
    pub(crate) fn stored_sessions(&self) -> String {
        let folder = self.ports.folder.path();
        let files = ["sessions.db", "sessions.db-wal"].map(|name| std::fs::read(folder.join(name)));
        String::from_utf8_lossy(&files.into_iter().flatten().flatten().collect::<Vec<_>>())
            .into_owned()
    }

    /// The URL of `path` at the tenant.
    pub(crate) fn tenant_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.tenant.address())
    }

    /// Asks the API itself, with an access token.
    pub(crate) async fn call_api(&self, token: &str) -> serde_json::Value {
        let url = format!("http://{}/products", self.ports.api.address());
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let response = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// Sends a request to the site byte by byte: head without its last line break, and nothing added. The whole response.
    pub(crate) async fn send_raw(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.ports.site.address()).await.unwrap();
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        String::from_utf8_lossy(&response).into_owned()
    }

    /// The name of the site, as a `Host` header has it.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.ports.site.address().port())
    }
}

/// The orders API of the sample.
async fn orders(ports: &Ports, persistent: bool) -> Router {
    let settings = orders_api::Settings {
        issuer: format!("http://{}/", ports.tenant.address()),
        audience: ORDERS_API.to_owned(),
        database: if persistent {
            orders_api::Database::File(ports.folder.path().join("orders.db"))
        } else {
            orders_api::Database::Memory
        },
    };
    orders_api::router(settings).await.unwrap()
}
