//! Starts the site, or reports why it cannot start.

use std::{path::Path, process::ExitCode};

use axum_auth0::Variables;
use clap::{Parser, Subcommand};
use server::{
    connections::listen, doctor, limits::Limits, load_shedding::shed_load, options,
    revoke_sessions, shutdown, site, telemetry,
};

/// Chosen by measurement: `docs/performance.md`.
#[cfg(not(debug_assertions))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves the site. It is configured by variables: .env.example explains them
#[derive(Debug, Parser)]
#[command(name = "server", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the configuration against the real provider, and report problems with their fixes
    Doctor(doctor::Arguments),
    /// End all sessions of a user
    RevokeSessions(revoke_sessions::Arguments),
}

/// Error of the site at startup.
type StartError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Some(Command::Doctor(arguments)) => return doctor::run(arguments, Path::new(".")).await,
        Some(Command::RevokeSessions(arguments)) => {
            return revoke_sessions::run(&arguments, Path::new(".")).await;
        }
        None => {}
    }
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe site did not start: {error}\n");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), StartError> {
    let variables = Variables::from_env_files(".")?;
    let telemetry = telemetry::start(&variables);
    let options = options::read(&variables)?;
    let limits = Limits::read(&variables)?;
    let address = options.site_addr;
    // Bind first, because two servers must not share the state.
    let listener = listen(address).map_err(|error| cannot_listen(address, &error))?;

    #[cfg(any(debug_assertions, feature = "local-services"))]
    let (variables, local) = server::local::complete(variables, &options).await?;
    #[cfg(any(debug_assertions, feature = "local-services"))]
    if let Some(local) = &local {
        println!("{}", local.banner());
    }

    #[cfg(feature = "metrics")]
    let metrics = server::metrics::start(&variables).await?;
    let watched = variables.get("LEPTOS_WATCH").is_some();
    let auth0 = site::auth0().variables(variables).build().await?;
    let base_url = auth0.config().base_url().clone();
    let maintenance = auth0.spawn_maintenance();
    #[cfg(debug_assertions)]
    let development =
        server::dev_sign_in::router(&auth0, local.as_ref().map(|it| it.tenant().clone()));
    #[cfg(not(debug_assertions))]
    let development = axum::Router::new();
    let site = site::router(options, auth0.clone(), watched, development);
    let site = shed_load(site, limits, auth0.config().base_path());
    tracing::info!("site is listening at {base_url}");
    shutdown::serve_until_signal(listener, site, &auth0, limits).await?;
    maintenance.abort();
    telemetry.shutdown().await;
    #[cfg(feature = "metrics")]
    if let Some((_, serving)) = metrics {
        serving.abort();
    }
    Ok(())
}

fn cannot_listen(address: std::net::SocketAddr, error: &std::io::Error) -> StartError {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        let port = address.port();
        format!(
            "port {port} is in use by another program. End that program, or choose another port: \
             LEPTOS_SITE_ADDR=127.0.0.1:{} (and APP_BASE_URL to match, where you set it)",
            port.saturating_add(10)
        )
        .into()
    } else {
        format!("LEPTOS_SITE_ADDR: cannot listen on {address}: {error}").into()
    }
}
