//! An API as a program: arguments, log, listener and graceful shutdown.

use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use axum::Router;
use tokio::net::TcpListener;

use crate::{Settings, StartError, telemetry::Telemetry};

/// Command-line arguments that every API has.
#[derive(Debug, clap::Args)]
pub struct CommonArguments {
    /// The address to listen on; another one than 127.0.0.1 is reachable from other machines.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub address: IpAddr,
    /// The issuer of the accepted tokens: a tenant's domain (tenant.eu.auth0.com) or a provider's issuer URL.
    #[arg(long, env = "AUTH0_DOMAIN")]
    pub issuer: String,
    /// The URL that clients call this API by, for example `https://api.example.com/products`. With it, the API serves its
    /// metadata (RFC 9728), each rejection of a token names the metadata's address, and tokens that are bound to a key are
    /// accepted (RFC 9449).
    #[arg(long, env = "API_PUBLIC_URL")]
    pub public_url: Option<String>,
}

/// Serves the API that `router` builds from `settings`, until SIGTERM or Ctrl-C. Logs to stderr; `RUST_LOG` sets the level.
pub async fn run<R>(
    name: &'static str,
    address: SocketAddr,
    settings: Settings,
    router: impl FnOnce(Settings) -> R,
) -> ExitCode
where
    R: Future<Output = Result<Router, StartError>>,
{
    let telemetry = Telemetry::start(name);
    let served = serve(name, address, settings, router).await;
    if let Err(error) = &served {
        tracing::error!("{name} failed to start: {error}");
    }
    telemetry.shutdown().await;
    if served.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn serve<R>(
    name: &str,
    address: SocketAddr,
    settings: Settings,
    router: impl FnOnce(Settings) -> R,
) -> Result<(), Box<dyn Error>>
where
    R: Future<Output = Result<Router, StartError>>,
{
    let router = router(settings.clone()).await?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("failed to listen on {address} ({error}); choose another port with --port")
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let shutdown = shutdown_signal()?;
    tracing::info!(
        url,
        issuer = settings.issuer,
        audience = settings.audience,
        "{name} is listening"
    );
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await?;
    Ok(())
}

/// Completes on SIGINT or SIGTERM. Handlers are installed now, not at the first poll.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
