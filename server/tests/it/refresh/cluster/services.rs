//! The tenant and the APIs of the processes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use axum_auth0::clock::{Clock as _, SystemClock};
use reqwest::Url;
use tenant::{Settings, Tenant};
use tokio::{net::TcpListener, task::JoinSet};

use crate::test_env::{CLIENT_SECRET, ORDERS_API, PRODUCTS_API, RequestLog, ServicePort};

/// Returns the system's time, which the processes use.
pub(super) fn system_seconds() -> i64 {
    SystemClock.unix_seconds()
}

/// The system's time, some seconds behind: a tenant with this clock issues tokens that expire early.
#[derive(Debug, Default)]
struct ClockBehind(AtomicI64);

impl tenant::Clock for ClockBehind {
    fn unix_seconds(&self) -> i64 {
        system_seconds() - self.0.load(Ordering::SeqCst)
    }
}

pub(super) struct Services {
    pub(super) tenant: Tenant,
    pub(super) tenant_requests: RequestLog,
    tenant_router: Router,
    tenant_port: ServicePort,
    issuer: String,
    products: String,
    orders: String,
    clock: Arc<ClockBehind>,
    _running: JoinSet<()>,
}

impl Services {
    pub(super) async fn start(
        site: &Url,
        token_lifetime: i64,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut running = JoinSet::new();
        let mut tenant_port = ServicePort::take(None);
        let issuer = format!("http://{}/", tenant_port.address());
        let clock = Arc::new(ClockBehind::default());
        let mut settings =
            Settings::local(issuer.parse().unwrap(), site, CLIENT_SECRET).with_orders();
        settings.clock = clock.clone();
        settings.access_token_lifetime = Duration::from_secs(token_lifetime.unsigned_abs());
        change(&mut settings);
        let tenant = Tenant::open(settings).await.unwrap();
        let tenant_requests = RequestLog::default();
        let tenant_router = tenant_requests.wrap(tenant.router());
        tenant_port.open(tenant_router.clone());

        let products = products_api::router(products_api::Settings {
            issuer: issuer.clone(),
            audience: PRODUCTS_API.to_owned(),
            public_url: None,
            database: products_api::Database::Memory,
        });
        let products = serve(&mut running, products.await.unwrap()).await;
        let orders = orders_api::router(orders_api::Settings {
            issuer: issuer.clone(),
            audience: ORDERS_API.to_owned(),
            public_url: None,
            database: orders_api::Database::Memory,
        });
        let orders = serve(&mut running, orders.await.unwrap()).await;
        Self {
            tenant,
            tenant_requests,
            tenant_router,
            tenant_port,
            issuer,
            products,
            orders,
            clock,
            _running: running,
        }
    }

    pub(super) fn issuer(&self) -> String {
        self.issuer.clone()
    }

    pub(super) fn products_url(&self) -> String {
        self.products.clone()
    }

    pub(super) fn orders_url(&self, path: &str) -> String {
        format!("{}{path}", self.orders)
    }

    /// Stops the tenant: connections to it are refused.
    pub(super) async fn stop_tenant(&mut self) {
        self.tenant_port.close().await;
    }

    pub(super) fn start_tenant(&mut self) {
        self.tenant_port.open(self.tenant_router.clone());
    }

    /// Sets by how many seconds the tenant's clock is behind.
    pub(super) fn set_behind(&self, seconds: i64) {
        self.clock.0.store(seconds, Ordering::SeqCst);
    }
}

async fn serve(running: &mut JoinSet<()>, router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    running.spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}
