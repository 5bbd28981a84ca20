//! `cargo xtask overload`: what the site does when it gets ten times the requests that it can answer. With `--limits`, what
//! different limits of requests in progress do.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::site::{OUTPUT_NAME, Purpose, Site};
use crate::workspace::Workspace;

const BUILD_LIMIT: Duration = Duration::from_hours(1);
const LIMIT: Duration = Duration::from_mins(20);

/// The server to measure, and its files.
struct Measured {
    server: PathBuf,
    site: PathBuf,
}

/// Seconds of each phase when limits are compared.
const LIMITS_SECONDS: &str = "5";

pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (compares_limits, arguments) = match arguments {
        ["--limits", rest @ ..] => (true, rest),
        all => (false, all),
    };
    let measured = match arguments {
        [] => release(workspace)?,
        ["--debug"] => debug(workspace)?,
        ["--server", server, "--site", site] => Measured {
            server: PathBuf::from(server),
            site: PathBuf::from(site),
        },
        _ => {
            let reason =
                "the options are --limits, then --debug, or --server FILE --site FOLDER".to_owned();
            return Err(Failure::Failed(reason));
        }
    };
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package=overload"]);
    process::run("the build of the load", &mut cargo, BUILD_LIMIT)?;
    let load = format!("overload{}", std::env::consts::EXE_SUFFIX);
    let mut load = Command::new(workspace.target.join("release").join(load));
    load.arg(measured.server).arg(measured.site);
    if compares_limits {
        load.args([LIMITS_SECONDS, "limits"]);
    }
    process::run("the overload", &mut load, LIMIT)
}

/// Builds a release server with the local services, which other release builds do not contain. The browser half is not
/// needed: no browser takes part.
fn release(workspace: &Workspace) -> Result<Measured> {
    let site = Site::new(workspace, Purpose::Test);
    site.copy_files()?;
    let mut cargo = workspace.cargo();
    cargo.env("LEPTOS_OUTPUT_NAME", OUTPUT_NAME).args([
        "build",
        "--release",
        "--package=server",
        "--bin=server",
        "--features=local-services",
    ]);
    process::run("the build of the server", &mut cargo, BUILD_LIMIT)?;
    let server = format!("server{}", std::env::consts::EXE_SUFFIX);
    Ok(Measured {
        server: workspace.target.join("release").join(server),
        site: site.folder,
    })
}

fn debug(workspace: &Workspace) -> Result<Measured> {
    let site = Site::new(workspace, Purpose::Test);
    site.copy_files()?;
    site.build_server()?;
    Ok(Measured {
        server: workspace.debug_executable("server"),
        site: site.folder,
    })
}
