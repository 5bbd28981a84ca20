//! The site, the tenant and the APIs, each on its own port, all in this process.

mod builder;
mod service_port;

use std::sync::Arc;

use axum::Router;
use axum_auth0::{
    Auth0, Variables,
    clock::{Clock as _, MockClock},
};
use reqwest::{Client, redirect::Policy};
use server::{dev_sign_in, options, site};
use tenant::Tenant;
pub(crate) use test_support::{LogCapture, RecordedExchange, RequestLog};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use self::builder::Ports;
pub(crate) use self::{
    builder::{CLIENT_SECRET, ORDERS_API, PRODUCTS_API, SITE_SECRET, TestEnvBuilder},
    service_port::ServicePort,
};
use crate::browser::Browser;

/// A running site with its tenant and APIs. They stop when it is dropped.
pub(crate) struct TestEnv {
    pub(crate) base_url: Url,
    pub(crate) auth0: Auth0,
    pub(crate) tenant: Tenant,
    /// Requests to the tenant.
    pub(crate) tenant_requests: RequestLog,
    /// Requests to the products API.
    pub(crate) products_requests: RequestLog,
    /// Requests to the orders API; empty if it does not run.
    pub(crate) orders_requests: RequestLog,
    /// The log since the start.
    pub(crate) log: LogCapture,
    ports: Ports,
    tenant_router: Router,
    api_router: Router,
    orders_router: Option<Router>,
    site_clock: Arc<MockClock>,
    tenant_clock: Arc<tenant::MockClock>,
}

impl TestEnv {
    /// Starts the environment with default settings.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts the environment with changed settings.
    pub(crate) async fn with(change: impl FnOnce(&mut TestEnvBuilder)) -> Self {
        Self::at(Ports::new(), change).await
    }

    /// Stops everything and starts it again from its files.
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
        let mutual_tls = tenant.certificate_variables();
        for (name, value) in &mutual_tls {
            builder.variables.set_default(*name, value.as_str());
        }
        let tenant_requests = RequestLog::default();
        let tenant_router = tenant_requests.wrap(tenant.router());
        if builder.tenant_is_up {
            ports.tenant.open(tenant_router.clone());
        }
        if !mutual_tls.is_empty() {
            ports.tenant_tls.open_tls(tenant_router.clone(), &tenant);
        }

        let products_requests = RequestLog::default();
        let api = products_api::router(products_api::Settings {
            issuer: format!("http://{}/", ports.tenant.address()),
            audience: builder.api_audience,
            public_url: Some(format!("http://{}", ports.api.address())),
            database: if builder.persistent {
                products_api::Database::File(folder.join("products.db"))
            } else {
                products_api::Database::Memory
            },
        });
        let api_router = products_requests.wrap(api.await.unwrap());
        if mutual_tls.is_empty() {
            ports.api.open(api_router.clone());
        } else {
            ports.api.open_tls(api_router.clone(), &tenant);
        }

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
        let development = dev_sign_in::router(&auth0, Some(tenant.clone()));
        let site = match builder.pages {
            Some(pages) => auth0.wrap(pages),
            None => site::router(options, auth0.clone(), false, development),
        };
        ports.site.open(site);

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

    /// Returns a new browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base_url)
    }

    /// Advances the clocks of site and tenant.
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

    /// Makes the API accept connections without ever responding.
    pub(crate) async fn silence_api(&mut self) {
        self.ports.api.close().await;
        self.ports.api.accept_silently();
    }

    /// Returns the content of the session store's files, lossily decoded.
    pub(crate) fn stored_sessions(&self) -> String {
        let folder = self.ports.folder.path();
        let files = ["sessions.db", "sessions.db-wal"].map(|name| std::fs::read(folder.join(name)));
        String::from_utf8_lossy(&files.into_iter().flatten().flatten().collect::<Vec<_>>())
            .into_owned()
    }

    /// Returns the URL of `path` at the tenant.
    pub(crate) fn tenant_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.tenant.address())
    }

    /// Returns the URL of `path` at the products API.
    pub(crate) fn api_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.api.address())
    }

    /// Lists the products with an access token, without the site.
    pub(crate) async fn call_api(&self, token: &str) -> serde_json::Value {
        let url = self.api_url("/products");
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let response = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// Sends `head` (without its last line break) to the site as it is, and returns the whole response.
    pub(crate) async fn send_raw(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.ports.site.address()).await.unwrap();
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        String::from_utf8_lossy(&response).into_owned()
    }

    /// Returns the site's `Host` header.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.ports.site.address().port())
    }
}

/// Opens the orders API.
async fn orders(ports: &Ports, persistent: bool) -> Router {
    let settings = orders_api::Settings {
        issuer: format!("http://{}/", ports.tenant.address()),
        audience: ORDERS_API.to_owned(),
        public_url: Some(format!("http://{}", ports.orders.address())),
        database: if persistent {
            orders_api::Database::File(ports.folder.path().join("orders.db"))
        } else {
            orders_api::Database::Memory
        },
    };
    orders_api::router(settings).await.unwrap()
}
