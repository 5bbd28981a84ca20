//! `server doctor`: checks the configuration against the real provider, and prints each problem with its fix. It never
//! prints a secret, a token or a cookie.

mod text;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use axum_auth0::Variables;
use axum_auth0_doctor::{Dependencies, Report, examine};
use tracing_subscriber::EnvFilter;

use crate::site;

/// Arguments of `server doctor`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    /// How long everything together may take
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=600)
    )]
    timeout: u64,
}

/// Checks the configuration of the environment and of the `.env` files in `folder`, and prints a report.
///
/// Returns success if there is no problem; warnings are allowed.
pub async fn run(arguments: Arguments, folder: &Path) -> ExitCode {
    let (report, is_local) = report(folder, Duration::from_secs(arguments.timeout)).await;
    let printed = if arguments.json {
        print_json(&report)
    } else {
        text::print(&report, is_local, &mut anstream::stdout())
    };
    // A closed pipe (`| head`) does not change the exit code.
    if let Err(error) = printed
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        eprintln!("The report cannot be printed: {error}");
        return ExitCode::FAILURE;
    }
    if report.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print_json(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)
}

/// Returns the report, and whether it covers the local services.
async fn report(folder: &Path, limit: Duration) -> (Report, bool) {
    let variables = match Variables::from_env_files(folder) {
        Ok(variables) => variables,
        Err(error) => {
            let report = Report::of_unreadable(
                &format!("{error}."),
                "Fix the file, one NAME=value to a line, and run this again.",
            );
            return (report, false);
        }
    };
    log_to_stderr(&variables);

    #[cfg(any(debug_assertions, feature = "local-services"))]
    let (variables, local) = match with_local_services(variables).await {
        Ok(completed) => completed,
        Err(error) => {
            let report = Report::of_unreadable(
                &format!(
                    "No account is configured, and the local services did not start: {error}."
                ),
                "Set AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or fix what keeps the local services from \
                 starting.",
            );
            return (report, false);
        }
    };
    #[cfg(any(debug_assertions, feature = "local-services"))]
    let is_local = local.is_some();
    #[cfg(not(any(debug_assertions, feature = "local-services")))]
    let is_local = false;

    let report = match site::auth0().variables(variables.clone()).read_config() {
        Ok(config) => {
            let dependencies = Dependencies {
                features: site::features(),
                ..Dependencies::default()
            };
            examine(&config, &dependencies, limit).await
        }
        Err(problems) => Report::of_faults(&problems),
    };
    (report, is_local)
}

/// The local services and the folder of their state.
#[cfg(any(debug_assertions, feature = "local-services"))]
type Local = (crate::local::LocalServices, tempfile::TempDir);

/// Starts the local services if no account is configured, as the site does. Their state is separate from that of the
/// site, which may be running and must not share it. The checked session store is the site's.
#[cfg(any(debug_assertions, feature = "local-services"))]
async fn with_local_services(
    mut variables: Variables,
) -> Result<(Variables, Option<Local>), crate::local::LocalError> {
    use crate::{local, options};

    let stored = local::sessions(&local::folder(&variables, &options::site_root(&variables)));
    let is_store_named = variables.get("AUTH0_SESSION_STORE").is_some();
    let folder = tempfile::tempdir()?;
    variables.set("LOCAL_SERVICES_DIR", folder.path().to_string_lossy());
    let options = leptos::config::LeptosOptions::builder()
        .output_name("leptos-auth0")
        .site_addr(options::site_address(&variables)?)
        .build();
    let (mut variables, services) = local::complete(variables, &options).await?;
    if services.is_some() && !is_store_named {
        variables.set("AUTH0_SESSION_STORE", stored);
    }
    Ok((variables, services.map(|services| (services, folder))))
}

/// Logs to stderr if `RUST_LOG` is set. Standard output contains the report only.
fn log_to_stderr(variables: &Variables) {
    let filter = variables
        .get("RUST_LOG")
        .and_then(|filter| EnvFilter::try_new(filter).ok());
    if let Some(filter) = filter {
        // Fails only if a subscriber is already installed.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .try_init();
    }
}
