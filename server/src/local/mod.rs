//! The outside world on this machine: a tenant and an API, in this process, so that the site works with no account.
//!
//! They start where none of `AUTH0_DOMAIN`, `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET` is set. Their state lies beside
//! the built site, so a rebuild logs nobody out. A release build does not contain them.

mod port;
mod state;

use std::{net::SocketAddr, path::Path};

use axum::Router;
use axum_auth0::Variables;
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use self::state::State;

const TENANT_PORT: u16 = 4000;
const API_PORT: u16 = 4001;

/// An API that is registered at the local tenant beside the products API. Nothing answers for it: it is there to see
/// what a token for another API does.
const OTHER_API: &str = "https://orders.example.com";

/// Why the local services did not start.
pub type LocalError = Box<dyn std::error::Error + Send + Sync>;

/// The running services; they end with this value.
#[derive(Debug)]
pub struct LocalServices(Vec<JoinHandle<()>>);

impl Drop for LocalServices {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Starts the services where they are wanted, and fills in the variables that point to them. What is set, even to
/// nothing, stays as it is.
///
/// # Errors
///
/// Where their state cannot be opened or no port is free.
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
    let folder = variables.get("LOCAL_SERVICES_DIR").map_or_else(
        || Path::new(options.site_root.as_ref()).with_file_name("local-services"),
        Into::into,
    );
    let state = State::open(&folder)?;
    let base_url = base_url(options.site_addr);
    variables.set_default("APP_BASE_URL", base_url);
    let base_url = variables
        .get("APP_BASE_URL")
        .unwrap_or_default()
        .parse::<Url>()?;

    let tenant_listener = port::listen(TENANT_PORT, &folder.join("tenant-port")).await?;
    let api_listener = port::listen(API_PORT, &folder.join("products-api-port")).await?;
    let issuer = format!("http://{}/", tenant_listener.local_addr()?);
    let api = format!("http://{}", api_listener.local_addr()?);

    let mut settings = tenant::Settings::local(issuer.parse()?, &base_url, &state.client_secret);
    settings.database = tenant::Database::File(folder.join("tenant.db"));
    settings.apis.push(tenant::ApiSettings {
        identifier: OTHER_API.to_owned(),
        name: "Orders API (registered only)".to_owned(),
        scopes: vec!["read:orders".to_owned()],
        offline_access: true,
    });
    let audience = settings
        .apis
        .first()
        .map(|api| api.identifier.clone())
        .unwrap_or_default();
    let client_id = settings
        .applications
        .first()
        .map(|app| app.client_id.clone())
        .unwrap_or_default();
    let tenant = tenant::Tenant::open(settings).await?;
    let tenant_task = serve(tenant_listener, tenant.router());
    let products = products_api::router(products_api::Settings {
        issuer: issuer.clone(),
        audience: audience.clone(),
        database: products_api::Database::File(folder.join("products.db")),
    })
    .await?;
    let api_task = serve(api_listener, products);

    variables.set("AUTH0_DOMAIN", issuer.as_str());
    variables.set("AUTH0_CLIENT_ID", client_id);
    variables.set("AUTH0_CLIENT_SECRET", state.client_secret.as_str());
    variables.set_default("AUTH0_SECRET", state.secret.as_str());
    variables.set_default("AUTH0_AUDIENCE", audience);
    variables.set_default("PRODUCTS_API_URL", api.as_str());
    let sessions = folder.join("sessions.db");
    variables.set_default(
        "AUTH0_SESSION_STORE",
        format!("sqlite:{}", sessions.display()),
    );
    banner(&base_url, &issuer, &api);
    Ok((variables, Some(LocalServices(vec![tenant_task, api_task]))))
}

/// `localhost` and not 127.0.0.1: the tenant is on 127.0.0.1, and browsers share cookies between ports.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router.into_make_service()).await {
            tracing::error!(%error, "a local service ended");
        }
    })
}

fn banner(site: &Url, tenant: &str, api: &str) {
    println!(
        "
  No Auth0 account is configured, so a local one runs inside this process (development only).

    site          {site}
    tenant        {tenant}   its dashboard says what every request asked for and got
    products API  {api}

    log in as     alice@example.com   password  local-only
                  bob@example.com     password  local-only

  To use your own tenant, copy .env.example to .env.local and fill it in.
"
    );
}
