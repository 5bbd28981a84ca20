//! The local tenant as a program: `cargo run -p tenant`. What it prints is a `.env` file of a site that logs in there.

use std::{
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use tenant::{
    ApiSettings, ApplicationSettings, Database, DpopProofs, OpenError, PublicKey, PublicKeyError,
    ResourcePolicy, Settings, Tenant,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use url::Url;

/// A local OpenID Provider that behaves like an Auth0 tenant. For development only; it listens on loopback only.
#[derive(Parser)]
#[command(version)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
struct Arguments {
    /// The address to listen on. It must be a loopback address.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The port to listen on.
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// The database file for keys, logins and grants. If absent, they are kept in memory.
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
    /// The URL of the application. Its callback and logout URLs are derived from it.
    #[arg(long, value_name = "URL", default_value = "http://localhost:3000")]
    app_base_url: Url,
    /// The application's client ID.
    #[arg(long, default_value = "leptos-auth0-sample")]
    client_id: String,
    /// The application's client secret.
    #[arg(long, default_value = "local-client-secret", hide_default_value = true)]
    client_secret: String,
    /// A file with a public key of the application in PEM or as a JWK, or with a JWK Set. The application then has to authenticate
    /// with `private_key_jwt`. Can be repeated.
    #[arg(long = "public-key", value_name = "PATH")]
    public_keys: Vec<PathBuf>,
    /// Require that the application signs its authorization requests (JAR, RFC 9101) with a key of --public-key.
    #[arg(long, requires = "public_keys")]
    require_signed_requests: bool,
    /// A type of `authorization_details` (RFC 9396) that can be requested. Can be repeated.
    #[arg(long = "authorization-details-type", value_name = "TYPE", default_values_t = ["payment_initiation".to_owned()])]
    authorization_detail_types: Vec<String>,
    /// A further callback URL of the application. Can be repeated.
    #[arg(long = "callback-url", value_name = "URL")]
    callback_urls: Vec<String>,
    /// The URL that receives logout tokens when a session ends. Default: /auth/backchannel-logout of the application.
    #[arg(long, value_name = "URL")]
    backchannel_logout_url: Option<Url>,
    /// An API's identifier and its scopes, in one argument. Can be repeated. Default: the products API and the orders API, with
    /// refresh tokens for both.
    #[arg(long = "api", value_name = "IDENTIFIER SCOPE…", value_parser = parse_api)]
    apis: Vec<ApiSettings>,
    /// The identifier of an API with the scopes of --scope. Can be repeated.
    #[arg(long = "audience", value_name = "IDENTIFIER")]
    audiences: Vec<String>,
    /// A scope of the APIs of --audience. Can be repeated.
    #[arg(long = "scope", value_name = "SCOPE", default_values_t = ["read:products".to_owned(), "write:products".to_owned()])]
    scopes: Vec<String>,
    /// The identifier of an API whose access tokens are opaque, so that it has to introspect them. Can be repeated.
    #[arg(long = "opaque", value_name = "IDENTIFIER")]
    opaque: Vec<String>,
    /// Accept the application's refresh tokens for all APIs (multi-resource refresh tokens).
    #[arg(long)]
    multi_resource: bool,
    /// Treat `resource` (RFC 8707) as `audience` ("Resource Parameter Compatibility Profile").
    #[arg(long)]
    resource_parameter: bool,
    /// Disable refresh token rotation.
    #[arg(long)]
    no_rotation: bool,
    /// How long a consumed refresh token is still accepted, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    refresh_leeway: u64,
    /// The lifetime of access tokens, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 24 * 60 * 60)]
    access_token_lifetime: u64,
    /// What to do with `DPoP` proofs (RFC 9449): `accepted`; `ignored`, so that all access tokens are bearer tokens; or
    /// `with-nonce`, which requires a nonce.
    #[arg(long, value_name = "PROOFS", value_parser = parse_dpop, default_value = "accepted")]
    dpop: DpopProofs,
    /// Add this many users: user-1@example.com and so on.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    users: u32,
    /// A delay between the consumption of a refresh token and the response, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    refresh_delay_ms: u64,
}

fn parse_dpop(text: &str) -> Result<DpopProofs, String> {
    match text {
        "accepted" => Ok(DpopProofs::Accepted),
        "ignored" => Ok(DpopProofs::Ignored),
        "with-nonce" => Ok(DpopProofs::WithNonce),
        _ => Err("it is accepted, ignored or with-nonce".to_owned()),
    }
}

/// The program cannot start, or the server failed.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(
        "{0} is not a loopback address. The tenant is for development only and accepts local connections only."
    )]
    NotLoopback(IpAddr),
    #[error(
        "port {0} is in use. Another tenant may be running: stop it, or choose another port with --port."
    )]
    PortInUse(u16),
    #[error("cannot listen on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("cannot read the public key {path}: {source}")]
    ReadPublicKey { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    PublicKey {
        path: PathBuf,
        source: PublicKeyError,
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
    let site = arguments.app_base_url.clone();
    let settings = settings(arguments, issuer)?;
    let banner = banner(&settings, &site);
    let tenant = Tenant::open(settings).await?;
    // Unlike `println!`, do not panic if stdout is closed.
    let _ = io::stdout().write_all(banner.as_bytes());
    axum::serve(listener, tenant.router())
        .with_graceful_shutdown(async {
            // Without a signal handler, the process can only be killed. The database remains consistent.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await
        .map_err(StartError::Serve)
}

/// Returns the text that the program prints: a `.env` file of a site, with comments.
fn banner(settings: &Settings, site: &Url) -> String {
    let variables: Vec<String> = settings
        .site_variables(site)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let has_key = |application: &ApplicationSettings| !application.public_keys.is_empty();
    let private_key = if settings.applications.first().is_some_and(has_key) {
        "# AUTH0_CLIENT_ASSERTION_SIGNING_KEY is missing below: the private key of --public-key.\n"
    } else {
        ""
    };
    format!(
        "# Local tenant at {issuer} (dashboard), for development only.\n\
         # Users: alice@example.com and bob@example.com, password local-only.\n\
         # The login page has a button for each.\n\
         {private_key}\
         # The variables of a site that logs in here:\n\
         {variables}",
        issuer = settings.issuer,
        variables = variables.concat(),
    )
}

/// Parses an identifier and scopes, separated by spaces.
fn parse_api(text: &str) -> Result<ApiSettings, &'static str> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    match parts.as_slice() {
        [identifier, scopes @ ..] => Ok(ApiSettings::new(identifier, identifier, scopes)),
        [] => Err("an API needs an identifier"),
    }
}

/// Reads the files with public keys.
fn public_keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>, StartError> {
    let mut keys = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|source| StartError::ReadPublicKey {
            path: path.clone(),
            source,
        })?;
        keys.extend(
            PublicKey::parse(&text).map_err(|source| StartError::PublicKey {
                path: path.clone(),
                source,
            })?,
        );
    }
    Ok(keys)
}

fn settings(arguments: Arguments, issuer: Url) -> Result<Settings, StartError> {
    let public_keys = public_keys(&arguments.public_keys)?;
    let mut settings = Settings::local(issuer, &arguments.app_base_url, &arguments.client_secret);
    settings = settings.with_users(arguments.users);
    settings.database = arguments.database.map_or(Database::Memory, Database::File);
    settings.rotation = !arguments.no_rotation;
    settings.resource_parameter = arguments.resource_parameter;
    settings.dpop = arguments.dpop;
    settings.authorization_detail_types = arguments.authorization_detail_types;
    settings.refresh_leeway = Duration::from_secs(arguments.refresh_leeway);
    settings.access_token_lifetime = Duration::from_secs(arguments.access_token_lifetime);
    settings.refresh_delay = Duration::from_millis(arguments.refresh_delay_ms);
    if arguments.apis.is_empty() && arguments.audiences.is_empty() {
        settings = settings.with_orders();
    } else {
        let scopes: Vec<&str> = arguments.scopes.iter().map(String::as_str).collect();
        let apis_of_audiences = arguments
            .audiences
            .iter()
            .map(|identifier| ApiSettings::new(identifier, identifier, &scopes));
        settings.apis = arguments
            .apis
            .into_iter()
            .chain(apis_of_audiences)
            .collect();
    }
    let base_url = arguments.app_base_url.as_str().trim_end_matches('/');
    let backchannel_logout_url = arguments
        .backchannel_logout_url
        .or_else(|| format!("{base_url}/auth/backchannel-logout").parse().ok());
    for api in &mut settings.apis {
        api.opaque = arguments.opaque.contains(&api.identifier);
    }
    for application in &mut settings.applications {
        application.client_id.clone_from(&arguments.client_id);
        application.public_keys.clone_from(&public_keys);
        application.require_signed_requests = arguments.require_signed_requests;
        application
            .callback_urls
            .extend(arguments.callback_urls.iter().cloned());
        application
            .backchannel_logout_url
            .clone_from(&backchannel_logout_url);
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
    Ok(settings)
}
