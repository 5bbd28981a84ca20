//! The products API as a program of its own.

use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use clap::Parser;
use products_api::{Database, Settings, router};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A products API that serves each user their own products and verifies access tokens.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port to listen on.
    #[arg(long, default_value_t = 4001)]
    port: u16,
    /// The address to listen on; another one than 127.0.0.1 is reachable from other machines.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Whose tokens are accepted: a tenant's domain (tenant.eu.auth0.com) or a provider's issuer URL.
    #[arg(long, env = "AUTH0_DOMAIN")]
    issuer: String,
    /// This API's identifier, the audience of its tokens.
    #[arg(long, env = "AUTH0_AUDIENCE")]
    audience: String,
    /// The file for the products, or :memory:
    #[arg(long, default_value = "products.db")]
    database: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("products-api does not start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let database = match arguments.database.as_str() {
        ":memory:" => Database::Memory,
        path => Database::File(path.into()),
    };
    let settings = Settings {
        issuer: arguments.issuer,
        audience: arguments.audience,
        database,
    };
    let address = SocketAddr::new(arguments.address, arguments.port);
    let router = router(settings.clone()).await?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("{address} cannot be listened on ({error}); choose another one with --port")
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let stopped = stopped()?;
    tracing::info!(
        url,
        issuer = settings.issuer,
        audience = settings.audience,
        "products-api listens"
    );
    axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await?;
    Ok(())
}

/// Ends with Ctrl-C and with SIGTERM. Both are listened for from now on, not only from when somebody waits.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
