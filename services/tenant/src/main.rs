//! The local tenant as a program: `cargo run -p tenant`. What it prints is a `.env` file of a site that logs in there.

mod arguments;

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::{IpAddr, SocketAddr},
    process::ExitCode,
};

use clap::Parser as _;
use tenant::{ApplicationSettings, OpenError, Settings, Tenant, TlsPeer};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use url::Url;

use self::arguments::{Arguments, FileError};

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
    #[error("{0}")]
    File(#[from] FileError),
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
    let listener = listen(arguments.host, arguments.port).await?;
    let tls_listener = match arguments.mutual_tls {
        Some(_) => Some(listen(arguments.host, arguments.mutual_tls_port).await?),
        None => None,
    };
    let issuer = url_of("http", &listener)?;
    let tls_url = tls_listener.as_ref().map(|tls| url_of("https", tls));
    let site = arguments.app_base_url.clone();
    let settings = arguments::settings(arguments, issuer, tls_url.transpose()?)?;
    let mut banner = banner(&settings, &site);
    let tenant = Tenant::open(settings).await?;
    for (name, value) in tenant.certificate_variables() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(banner, "{name}={value}");
    }
    // Unlike `println!`, do not panic if stdout is closed.
    let _ = io::stdout().write_all(banner.as_bytes());
    if let Some(listener) = tls_listener.and_then(|listener| tenant.tls_listener(listener)) {
        let service = tenant
            .router()
            .into_make_service_with_connect_info::<TlsPeer>();
        tokio::spawn(axum::serve(listener, service).into_future());
    }
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

async fn listen(host: IpAddr, port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(port),
            _ => StartError::Bind { address, source },
        })
}

fn url_of(scheme: &str, listener: &TcpListener) -> Result<Url, StartError> {
    let address = listener.local_addr().map_err(StartError::Serve)?;
    Ok(Url::parse(&format!("{scheme}://{address}/"))?)
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
