//! The local tenant as a program of its own: `cargo run -p tenant`.

use std::{
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use tenant::{ApiSettings, Database, OpenError, ResourcePolicy, Settings, Tenant};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use url::Url;

/// A local OpenID Provider that behaves like an Auth0 tenant. For development only; it listens on loopback only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on; it must be a loopback address.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The port to listen on.
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// The database file for keys, logins and grants. Without one, they end with the program.
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
    /// Where the application is reached; its callback and logout URLs follow from it.
    #[arg(long, value_name = "URL", default_value = "http://localhost:3000")]
    app_base_url: Url,
    /// The application's client ID.
    #[arg(long, default_value = "leptos-auth0-sample")]
    client_id: String,
    /// The application's client secret.
    #[arg(long, default_value = "local-client-secret", hide_default_value = true)]
    client_secret: String,
    /// Where logout tokens are posted when a session ends.
    #[arg(long, value_name = "URL")]
    backchannel_logout_url: Option<Url>,
    /// An API's identifier and its scopes, in one argument; may be given several times. Default: the products API and the orders API,
    /// with refresh tokens of the application that are good for both.
    #[arg(long = "api", value_name = "IDENTIFIER SCOPE…", value_parser = api)]
    apis: Vec<ApiSettings>,
    /// An API's identifier, with the scopes of --scope; may be given several times.
    #[arg(long = "audience", value_name = "IDENTIFIER")]
    audiences: Vec<String>,
    /// A scope that the APIs given with --audience define; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", default_values_t = ["read:products".to_owned(), "write:products".to_owned()])]
    scopes: Vec<String>,
    /// Let the application's refresh tokens be used for all APIs (multi-resource refresh tokens).
    #[arg(long)]
    multi_resource: bool,
    /// Take `resource` (RFC 8707) as `audience` ("Resource Parameter Compatibility Profile").
    #[arg(long)]
    resource_parameter: bool,
    /// Do not rotate refresh tokens.
    #[arg(long)]
    no_rotation: bool,
    /// How long a consumed refresh token is still accepted, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    refresh_leeway: u64,
    /// How long access tokens live, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 24 * 60 * 60)]
    access_token_lifetime: u64,
    /// For how long the answer of a refresh is held back once the refresh token is consumed, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    refresh_delay_ms: u64,
}

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(
        "{0} is not a loopback address. The tenant is for development and can be reached from this machine only."
    )]
    NotLoopback(IpAddr),
    #[error(
        "port {0} is in use: another tenant may be running. Stop it, or choose another with --port."
    )]
    PortInUse(u16),
    #[error("{address} cannot be opened: {source}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("the issuer is not a URL: {0}")]
    Issuer(#[from] url::ParseError),
    #[error("the server failed: {0}")]
    Serve(io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tenant: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    if !arguments.host.is_loopback() {
        return Err(StartError::NotLoopback(arguments.host));
    }
    let address = SocketAddr::new(arguments.host, arguments.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(arguments.port),
            _ => StartError::Bind { address, source },
        })?;
    let bound = listener.local_addr().map_err(StartError::Serve)?;
    let issuer = Url::parse(&format!("http://{bound}/"))?;
    let tenant = Tenant::open(settings(arguments, issuer.clone())).await?;
    // Whoever started the program may not be listening; that is no reason to end, as it would be for `println!`.
    let _ = writeln!(
        io::stdout(),
        "Local tenant at {issuer} (dashboard), for development only.\n\
         Users: alice@example.com and bob@example.com, password local-only."
    );
    axum::serve(listener, tenant.router())
        .with_graceful_shutdown(async {
            // If signals cannot be had, the program ends by being killed, which the database survives.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await
        .map_err(StartError::Serve)
}

/// An identifier and scopes, separated by spaces.
fn api(text: &str) -> Result<ApiSettings, &'static str> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words.as_slice() {
        [identifier, scopes @ ..] => Ok(ApiSettings::new(identifier, identifier, scopes)),
        [] => Err("an API needs an identifier"),
    }
}

fn settings(arguments: Arguments, issuer: Url) -> Settings {
    let mut settings = Settings::local(issuer, &arguments.app_base_url, &arguments.client_secret);
    settings.database = arguments.database.map_or(Database::Memory, Database::File);
    settings.rotation = !arguments.no_rotation;
    settings.resource_parameter = arguments.resource_parameter;
    settings.refresh_leeway = Duration::from_secs(arguments.refresh_leeway);
    settings.access_token_lifetime = Duration::from_secs(arguments.access_token_lifetime);
    settings.refresh_delay = Duration::from_millis(arguments.refresh_delay_ms);
    if arguments.apis.is_empty() && arguments.audiences.is_empty() {
        settings = settings.with_orders();
    } else {
        let scopes: Vec<&str> = arguments.scopes.iter().map(String::as_str).collect();
        let more = arguments
            .audiences
            .iter()
            .map(|identifier| ApiSettings::new(identifier, identifier, &scopes));
        settings.apis = arguments.apis.into_iter().chain(more).collect();
    }
    for application in &mut settings.applications {
        application.client_id.clone_from(&arguments.client_id);
        application
            .backchannel_logout_url
            .clone_from(&arguments.backchannel_logout_url);
        if arguments.multi_resource {
            application.multi_resource = settings
                .apis
                .iter()
                .map(|api| ResourcePolicy {
                    audience: api.identifier.clone(),
                    scopes: api.scopes.clone(),
                })
                .collect();
        }
    }
    settings
}
