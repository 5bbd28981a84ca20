//! A local tenant and two APIs in this process, so that the site works without an account. They start if none of
//! `AUTH0_DOMAIN`, `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET` is set. Their state is stored next to the built site, so
//! that sessions survive a rebuild. A release build does not contain them.

mod port;
mod state;
mod tls;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use axum::Router;
use axum_auth0::Variables;
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

pub use self::tls::read_certificate;
use self::{state::State, tls::Tls};

const TENANT_PORT: u16 = 4000;
const PRODUCTS_PORT: u16 = 4001;
const ORDERS_PORT: u16 = 4002;

/// Error of the local services at startup.
pub type LocalError = Box<dyn std::error::Error + Send + Sync>;

/// The running services. They stop when the value is dropped.
#[derive(Debug)]
pub struct LocalServices {
    tasks: Vec<JoinHandle<()>>,
    tenant: tenant::Tenant,
    banner: String,
}

impl LocalServices {
    /// Returns the site's provider.
    pub fn tenant(&self) -> &tenant::Tenant {
        &self.tenant
    }

    /// Returns the URLs and the test users, to be printed at startup.
    pub fn banner(&self) -> &str {
        &self.banner
    }
}

impl Drop for LocalServices {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Starts the services if no account is configured, and sets the variables that point to them. A variable that is set,
/// even if empty, keeps its value.
///
/// # Errors
///
/// If their state cannot be opened or no port is free.
pub async fn complete(
    mut variables: Variables,
    options: &LeptosOptions,
) -> Result<(Variables, Option<LocalServices>), LocalError> {
    let wanted = ["AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"]
        .iter()
        .all(|name| variables.get(name).is_none());
    if !wanted {
        return Ok((variables, None));
    }
    for name in ["AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"] {
        variables.remove(name);
    }
    let folder = folder(&variables, Path::new(options.site_root.as_ref()));
    let state = State::open(&folder)?;
    let base_url = base_url(options.site_addr);
    variables.set_default("APP_BASE_URL", base_url);
    let base_url = variables
        .get("APP_BASE_URL")
        .unwrap_or_default()
        .parse::<Url>()?;

    let tenant_listener = port::listen(TENANT_PORT, &folder.join("tenant-port")).await?;
    let products_listener = port::listen(PRODUCTS_PORT, &folder.join("products-api-port")).await?;
    let orders_listener = port::listen(ORDERS_PORT, &folder.join("orders-api-port")).await?;
    let issuer = format!("http://{}/", tenant_listener.local_addr()?);
    let tls = Tls::listen(&variables, &folder).await?;
    let bound_tokens = tls.as_ref().is_some_and(Tls::binds_tokens);
    let scheme = if bound_tokens { "https" } else { "http" };
    let products_url = format!("{scheme}://{}", products_listener.local_addr()?);
    let orders_url = format!("{scheme}://{}", orders_listener.local_addr()?);

    let mut settings =
        tenant::Settings::local(issuer.parse()?, &base_url, &state.client_secret).with_orders();
    settings.database = tenant::Database::File(folder.join("tenant.db"));
    if let Some(tls) = &tls {
        settings = tls.configure(settings, &folder)?;
    }
    if tls::is_on(&variables, "AUTH0_FAPI2") {
        settings.signing_algorithm = tenant::SigningAlgorithm::Ps256;
    }
    // The tenant ends sessions of the site, too.
    if let Some(site) = settings.applications.first_mut() {
        site.backchannel_logout_url = backchannel_logout_url(&base_url);
    }
    let client_id = settings
        .applications
        .first()
        .map(|app| app.client_id.clone())
        .unwrap_or_default();
    let roles_claim = format!("{}roles", settings.claims_namespace);
    let tenant = tenant::Tenant::open(settings).await?;
    let mut tasks = vec![serve(tenant_listener, tenant.router())];
    let serve_api = |listener, router| {
        if bound_tokens {
            tls::serve_api(&tenant, listener, router)
        } else {
            serve(listener, router)
        }
    };
    let products_audience = tenant::ApiSettings::products().identifier;
    let products = products_api::router(products_api::Settings {
        issuer: issuer.clone(),
        audience: products_audience.clone(),
        public_url: Some(products_url.clone()),
        database: products_api::Database::File(folder.join("products.db")),
    })
    .await?;
    tasks.push(serve_api(products_listener, products));
    let orders_audience = tenant::ApiSettings::orders().identifier;
    let orders = orders_api::router(orders_api::Settings {
        issuer: issuer.clone(),
        audience: orders_audience.clone(),
        public_url: Some(orders_url.clone()),
        database: orders_api::Database::File(folder.join("orders.db")),
    })
    .await?;
    tasks.push(serve_api(orders_listener, orders));

    variables.set("AUTH0_DOMAIN", issuer.as_str());
    variables.set("AUTH0_CLIENT_ID", client_id);
    variables.set("AUTH0_CLIENT_SECRET", state.client_secret.as_str());
    if let Some(tls) = tls {
        tasks.push(tls.start(&tenant, &mut variables));
    }
    variables.set_default("AUTH0_SECRET", state.secret.as_str());
    variables.set_default("AUTH0_AUDIENCE", products_audience);
    variables.set_default("PRODUCTS_API_URL", products_url.as_str());
    variables.set_default("ORDERS_API_URL", orders_url.as_str());
    variables.set_default("ORDERS_API_AUDIENCE", orders_audience);
    variables.set_default("AUTH0_ROLES_CLAIM", roles_claim);
    variables.set_default("AUTH0_SESSION_STORE", sessions(&folder));
    let services = LocalServices {
        tasks,
        tenant,
        banner: banner(&base_url, &issuer, &products_url, &orders_url),
    };
    Ok((variables, Some(services)))
}

/// Returns the folder of the services' state: `LOCAL_SERVICES_DIR`, or a folder next to the built site.
pub(crate) fn folder(variables: &Variables, site_root: &Path) -> PathBuf {
    variables
        .get("LOCAL_SERVICES_DIR")
        .map_or_else(|| site_root.with_file_name("local-services"), PathBuf::from)
}

/// Returns the URL of the site's session store while the services run.
pub(crate) fn sessions(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("sessions.db").display())
}

/// Returns the base URL with `localhost` instead of 127.0.0.1: the tenant uses 127.0.0.1, and browsers share cookies
/// between ports.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// Returns the URL at which the site receives logout tokens.
fn backchannel_logout_url(base_url: &Url) -> Option<Url> {
    let base_url = base_url.as_str().trim_end_matches('/');
    let routes = axum_auth0::Routes::default();
    format!("{base_url}{}", routes.backchannel_logout_path())
        .parse()
        .ok()
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router.into_make_service()).await {
            tracing::error!(%error, "local service stopped");
        }
    })
}

fn banner(site: &Url, tenant: &str, products: &str, orders: &str) -> String {
    #[cfg(debug_assertions)]
    let tokens_page = {
        let site = site.as_str().trim_end_matches('/');
        let path = crate::tokens_page::PATH;
        format!("\n    tokens page   {site}{path}   what a login holds at the server")
    };
    #[cfg(not(debug_assertions))]
    let tokens_page = "";
    format!(
        "
  No Auth0 account is configured, so a local one runs inside this process (development only).

    site          {site}{tokens_page}
    tenant        {tenant}   its dashboard says what every request asked for and got
    products API  {products}
    orders API    {orders}

    log in as     alice@example.com   password  local-only
                  bob@example.com     password  local-only
                  or with one click on the login page

  To use your own tenant, copy .env.example to .env.local and fill it in.
"
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{backchannel_logout_url, banner};

    #[test]
    fn the_back_channel_logout_url_is_below_the_base_url_of_the_site() {
        for base_url in ["http://localhost:3000", "http://localhost:3000/shop"] {
            let url = backchannel_logout_url(&base_url.parse().unwrap()).unwrap();
            assert_eq!(url.as_str(), format!("{base_url}/auth/backchannel-logout"));
        }
    }

    #[test]
    fn the_banner_of_a_development_build_links_to_the_tokens_page() {
        for site in ["http://localhost:3000", "http://localhost:3000/shop"] {
            let banner = banner(&site.parse().unwrap(), "", "", "");
            let link = format!("  tokens page   {site}/tokens ");
            assert_eq!(banner.contains(&link), cfg!(debug_assertions), "{banner}");
        }
    }
}
