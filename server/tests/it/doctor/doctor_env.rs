//! The tenant and the APIs on their own ports, and the program that checks them.

use std::{
    collections::BTreeMap,
    process::{Command, Output},
};

use axum::{Router, routing::any};
use tempfile::TempDir;
use tenant::{Settings, Tenant};
use test_support::FakeProvider;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinSet,
};

use super::report::Report;

pub(crate) const BASE_URL: &str = "http://localhost:3999";
pub(crate) const CALLBACK: &str = "http://localhost:3999/auth/callback";
pub(crate) const CLIENT_ID: &str = "leptos-auth0-sample";
pub(crate) const CLIENT_SECRET: &str = "planted-client-secret-7f3a90c1d2";
pub(crate) const SITE_SECRET: &str = "5b1e8842a6f04d7c9e31f0aa77c2d948";
pub(crate) const PRODUCTS: &str = "https://products.example.com";

/// Settings that a test can change before the services start.
pub(crate) struct DoctorEnvBuilder {
    /// Variables of the program; its environment contains nothing else.
    pub(crate) variables: BTreeMap<String, String>,
    /// The settings of the tenant.
    pub(crate) tenant: Settings,
    /// Layers around the tenant.
    pub(crate) around: fn(Router) -> Router,
    /// Whether the tenant runs.
    pub(crate) tenant_is_up: bool,
    /// URL of the tenant, without a trailing slash.
    pub(crate) tenant_at: String,
    /// URL of the products API, without a trailing slash.
    pub(crate) products_at: String,
}

impl DoctorEnvBuilder {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }
}

/// The running services and the variables of the program. The services stop when it is dropped.
pub(crate) struct DoctorEnv {
    pub(crate) folder: TempDir,
    pub(crate) variables: BTreeMap<String, String>,
    _running: JoinSet<()>,
    _taken: Option<TcpSocket>,
}

impl DoctorEnv {
    /// Starts the services with settings without problems, except for `change`.
    pub(crate) async fn with(change: impl FnOnce(&mut DoctorEnvBuilder)) -> Self {
        let mut running = JoinSet::new();
        let (tenant_socket, tenant_at) = take_port();
        let (products, products_at) = listen();
        let (orders, orders_at) = listen();
        // An API rejects requests without a token. The doctor checks nothing more.
        let api = || Router::new().fallback(any(|| async { http::StatusCode::UNAUTHORIZED }));
        serve(&mut running, products, api());
        serve(&mut running, orders, api());

        let issuer = format!("{tenant_at}/");
        let settings = Settings::local(
            issuer.parse().unwrap(),
            &BASE_URL.parse().unwrap(),
            CLIENT_SECRET,
        );
        let variables = [
            ("AUTH0_DOMAIN", issuer.as_str()),
            ("AUTH0_CLIENT_ID", CLIENT_ID),
            ("AUTH0_CLIENT_SECRET", CLIENT_SECRET),
            ("AUTH0_SECRET", SITE_SECRET),
            ("AUTH0_AUDIENCE", PRODUCTS),
            ("AUTH0_SESSION_STORE", "sqlite:sessions.db"),
            ("APP_BASE_URL", BASE_URL),
            ("PRODUCTS_API_URL", &products_at),
            ("ORDERS_API_URL", &orders_at),
            ("ORDERS_API_AUDIENCE", "https://orders.example.com"),
        ];
        let mut builder = DoctorEnvBuilder {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            tenant: settings.with_orders(),
            around: |router| router,
            tenant_is_up: true,
            tenant_at,
            products_at,
        };
        change(&mut builder);
        let taken = if builder.tenant_is_up {
            let tenant = Tenant::open(builder.tenant).await.unwrap();
            let listener = tenant_socket.listen(64).unwrap();
            serve(&mut running, listener, (builder.around)(tenant.router()));
            None
        } else {
            Some(tenant_socket)
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: builder.variables,
            _running: running,
            _taken: taken,
        }
    }

    /// Configures `provider` instead of a tenant.
    pub(crate) async fn with_provider(provider: &FakeProvider) -> Self {
        Self::with(|builder| {
            builder.tenant_is_up = false;
            builder.set("AUTH0_DOMAIN", provider.issuer());
        })
        .await
    }

    /// Runs the program in the environment's folder.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command
            .args(arguments)
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.folder.path());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        for text in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(text);
            for name in ["AUTH0_CLIENT_SECRET", "AUTH0_SECRET"] {
                let secrets = self.variables.get(name).into_iter();
                for secret in secrets.flat_map(|list| list.split(',')) {
                    assert!(!text.contains(secret.trim()), "{name} was printed: {text}");
                }
            }
        }
        output
    }

    /// Runs `server doctor` with text and with JSON output. Both must agree.
    pub(crate) async fn run_doctor(&self) -> Report {
        let text = self.run(&["doctor"]).await;
        let json = self.run(&["doctor", "--json"]).await;
        Report::read(&text, &json)
    }
}

/// Binds a free port without listening: connections are refused.
pub(crate) fn take_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = format!("http://{}", socket.local_addr().unwrap());
    (socket, address)
}

fn listen() -> (TcpListener, String) {
    let (socket, address) = take_port();
    (socket.listen(64).unwrap(), address)
}

fn serve(running: &mut JoinSet<()>, listener: TcpListener, router: Router) {
    running.spawn(async move {
        axum::serve(listener, router.into_make_service())
            .await
            .unwrap();
    });
}
