//! Settings of a test environment.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::Router;
use axum_auth0::Variables;
use tempfile::TempDir;
use tenant::{ApiSettings, Settings};
use url::Url;

use super::service_port::ServicePort;

/// Identifier of the products API; the default of `AUTH0_AUDIENCE`.
pub(crate) const PRODUCTS_API: &str = "https://products.example.com";

/// Identifier of the orders API, which is registered at the tenant as well.
pub(crate) const ORDERS_API: &str = "https://orders.example.com";

/// `AUTH0_CLIENT_SECRET`.
pub(crate) const CLIENT_SECRET: &str = "planted-client-secret-7f3a90c1d2";

/// `AUTH0_SECRET`.
pub(crate) const SITE_SECRET: &str = "planted-site-secret-5b1e8842a6f04d7c9e31f0aa";

/// Settings that a test can change before the environment starts.
pub(crate) struct TestEnvBuilder {
    /// The variables of the site.
    pub(crate) variables: Variables,
    /// The settings of the tenant.
    pub(crate) tenant: Settings,
    /// The audience that the API checks.
    pub(crate) api_audience: String,
    /// By how many seconds the clocks of site and tenant start behind the system's. The APIs use the system's clock.
    pub(crate) seconds_behind: i64,
    /// Whether the tenant runs from the start.
    pub(crate) tenant_is_up: bool,
    /// Whether the names of the site's files contain hashes.
    pub(crate) hash_files: bool,
    /// Whether the databases are files, so that the environment can restart.
    pub(crate) persistent: bool,
    /// Pages instead of those of the sample site.
    pub(crate) pages: Option<Router>,
    orders_url: String,
    tls_url: Url,
    files: PathBuf,
}

impl TestEnvBuilder {
    pub(super) fn new(ports: &Ports) -> Self {
        let issuer = format!("http://{}/", ports.tenant.address());
        let base_url = ports.base_url();
        let mut tenant = Settings::local(issuer.parse().unwrap(), &base_url, CLIENT_SECRET);
        tenant
            .apis
            .push(ApiSettings::new(ORDERS_API, "Orders API", &["read:orders"]));
        let variables = [
            ("AUTH0_DOMAIN", issuer.as_str()),
            ("AUTH0_CLIENT_ID", "leptos-auth0-sample"),
            ("AUTH0_CLIENT_SECRET", CLIENT_SECRET),
            ("AUTH0_SECRET", SITE_SECRET),
            ("AUTH0_AUDIENCE", PRODUCTS_API),
            ("AUTH0_SESSION_STORE", "memory:"),
            ("APP_BASE_URL", base_url.as_str().trim_end_matches('/')),
            (
                "PRODUCTS_API_URL",
                &format!("http://{}", ports.api.address()),
            ),
        ];
        Self {
            variables: variables.into_iter().collect(),
            tenant,
            api_audience: PRODUCTS_API.to_owned(),
            seconds_behind: 0,
            tenant_is_up: true,
            hash_files: false,
            persistent: false,
            pages: None,
            orders_url: format!("http://{}", ports.orders.address()),
            tls_url: format!("https://{}/", ports.tenant_tls.address())
                .parse()
                .unwrap(),
            files: ports.folder.path().join("mutual-tls"),
        }
    }

    /// Sets a variable of the site.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.set(name, value);
    }

    /// Mounts the site below `path` of its host, and registers its URLs at the tenant.
    pub(crate) fn mount_below(&mut self, path: &str) {
        let url = self.variables.get("APP_BASE_URL").unwrap();
        let url: Url = format!("{url}{path}").parse().unwrap();
        self.set("APP_BASE_URL", url.as_str());
        let local = Settings::local(self.tenant.issuer.clone(), &url, CLIENT_SECRET);
        self.tenant.applications = local.applications;
    }

    /// Authenticates the site with the certificate that the tenant generates. Access tokens are bound to it, and the products API
    /// serves TLS.
    pub(crate) fn use_mutual_tls(&mut self) {
        self.tenant = self
            .tenant
            .clone()
            .with_mutual_tls(self.tls_url.clone(), self.files.clone());
        self.tenant.applications[0].certificate_bound_access_tokens = true;
        let api = self.variables.get("PRODUCTS_API_URL").unwrap();
        let api = api.replacen("http:", "https:", 1);
        self.set("PRODUCTS_API_URL", &api);
        self.variables.remove("AUTH0_CLIENT_SECRET");
        self.set("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true");
    }

    /// Registers the site's back-channel logout URL at the tenant.
    pub(crate) fn register_backchannel_logout(&mut self) {
        let site = self.variables.get("APP_BASE_URL").unwrap().to_owned();
        let url = format!("{}/auth/backchannel-logout", site.trim_end_matches('/'));
        self.tenant.applications[0].backchannel_logout_url = Some(url.parse().unwrap());
    }

    /// Runs the orders API, configures it, and lets refresh tokens be used for it.
    pub(crate) fn add_orders(&mut self) {
        let orders_url = std::mem::take(&mut self.orders_url);
        self.set("ORDERS_API_URL", &orders_url);
        self.set("ORDERS_API_AUDIENCE", ORDERS_API);
        self.tenant.apis.retain(|api| api.identifier != ORDERS_API);
        self.tenant = self.tenant.clone().with_orders();
    }

    /// Returns the products API's settings at the tenant.
    pub(crate) fn products_api_settings(&mut self) -> &mut ApiSettings {
        &mut self.tenant.apis[0]
    }

    /// Returns whether the orders API runs.
    pub(super) fn has_orders(&self) -> bool {
        self.variables.get("ORDERS_API_URL").is_some()
    }

    pub(super) fn store_in(&mut self, folder: &Path) {
        let sessions = folder.join("sessions.db");
        self.set(
            "AUTH0_SESSION_STORE",
            &format!("sqlite:{}", sessions.display()),
        );
        self.tenant.database = tenant::Database::File(folder.join("tenant.db"));
    }
}

/// The ports, and the folder with the site's files and the databases.
pub(crate) struct Ports {
    pub(super) site: ServicePort,
    pub(super) tenant: ServicePort,
    pub(super) api: ServicePort,
    pub(super) orders: ServicePort,
    pub(super) tenant_tls: ServicePort,
    pub(super) folder: Arc<TempDir>,
}

impl Ports {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        build_site(folder.path());
        Self {
            site: ServicePort::take(None),
            tenant: ServicePort::take(None),
            api: ServicePort::take(None),
            orders: ServicePort::take(None),
            tenant_tls: ServicePort::take(None),
            folder: Arc::new(folder),
        }
    }

    /// `localhost`, and not the address of the tenant: a browser shares cookies between ports.
    pub(super) fn base_url(&self) -> Url {
        format!("http://localhost:{}", self.site.address().port())
            .parse()
            .unwrap()
    }

    pub(super) fn addresses(&self) -> [SocketAddr; 4] {
        [&self.site, &self.tenant, &self.api, &self.orders].map(ServicePort::address)
    }
}

/// Writes the output of a build: one file of each kind, with its compressed variants.
fn build_site(folder: &Path) {
    let package = folder.join("site/pkg");
    std::fs::create_dir_all(&package).unwrap();
    for (name, content) in [
        ("leptos-auth0.js", "export default 1;"),
        ("leptos-auth0.js.br", "brotli of the script"),
        ("leptos-auth0.js.gz", "gzip of the script"),
        ("leptos-auth0.css", "body { margin: 0 }"),
        ("leptos-auth0.css.br", "brotli of the styles"),
        ("leptos-auth0.wasm", "\0asm"),
        (
            "../favicon.svg",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
        ),
        ("../.hidden", "not public"),
        ("../../secret.txt", "not public"),
    ] {
        std::fs::write(package.join(name), content).unwrap();
    }
}
