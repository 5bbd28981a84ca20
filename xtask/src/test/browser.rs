//! Playwright against the debug site with the local services, on ports of its own and with fresh data.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::log;
use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::ports;
use crate::process::{self, Running};
use crate::site::{Purpose, Site};
use crate::tools::{Tool, wasm_opt, wasm_target};
use crate::workspace::{Workspace, create_folder, remove_folder};

const START_TIMEOUT: Duration = Duration::from_mins(1);
const TEST_TIMEOUT: Duration = Duration::from_mins(30);

/// Builds both halves as `cargo leptos end-to-end` does.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let tools = Tool::wasm_bindgen(workspace)?.ensure(workspace)?;
    let site = Site::new(workspace, Purpose::Test);
    site.build_browser_half(&tools)?;
    site.build_server()
}

pub(super) fn run(workspace: &Workspace, counts: &mut Counts) -> Result<()> {
    let state = fresh_folder(workspace, "browser")?;
    let log = state.join("server.log");
    let port = ports::free()?;
    let mut server = serve(workspace, &state, &log, port)?;
    if let Err(failure) = ports::wait_until_open(port, &mut server, START_TIMEOUT) {
        log::print_tail(&log);
        return Err(failure);
    }
    let mut npm = npm(workspace, "test")?;
    npm.env("BASE_URL", format!("http://localhost:{port}"));
    let site = Site::new(workspace, Purpose::Test);
    // For the tests that start sites of their own.
    npm.env("SERVER_EXECUTABLE", site.server(port).get_program())
        .env("LEPTOS_SITE_ROOT", &site.folder)
        .env("STATE_FOLDER", &state);
    let outcome = playwright(&mut npm, &state, counts);
    server.stop();
    let no_secret = log::contains_no_secret(&log, &local_secrets(&state)?);
    outcome.and(no_secret)
}

/// Starts the server with its log at trace level in a file: no secret may be in it.
fn serve(workspace: &Workspace, state: &Path, log: &Path, port: u16) -> Result<Running> {
    let output = File::create(log).map_err(|e| Failure::io("write", log, &e))?;
    let errors = output
        .try_clone()
        .map_err(|e| Failure::io("write", log, &e))?;
    let mut command = Site::new(workspace, Purpose::Test).server(port);
    without_provider(&mut command)
        .env("APP_BASE_URL", format!("http://localhost:{port}"))
        .env("LOCAL_SERVICES_DIR", state)
        .env("RUST_LOG", "trace")
        .stdout(Stdio::from(output))
        .stderr(Stdio::from(errors));
    process::start("the server", &mut command)
}

/// Reads the secrets that the local services generated at their first start.
fn local_secrets(state: &Path) -> Result<Vec<String>> {
    ["secret", "client-secret"]
        .into_iter()
        .map(|name| {
            let path = state.join(name);
            std::fs::read_to_string(&path)
                .map(|secret| secret.trim().to_owned())
                .map_err(|e| Failure::io("read", &path, &e))
        })
        .collect()
}

/// Removes the settings for a provider of the developer: the tests use the local services.
fn without_provider(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let is_set_for_one = |n: &str| {
            n.starts_with("AUTH0_")
                || n.starts_with("PRODUCTS_API_")
                || n.starts_with("ORDERS_API_")
        };
        if name.to_str().is_some_and(is_set_for_one) {
            command.env_remove(name);
        }
    }
    command
}

/// Creates an empty folder for one run.
pub(crate) fn fresh_folder(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.state_folder()?.join(name);
    remove_folder(&folder)?;
    create_folder(&folder)?;
    Ok(folder)
}

/// Returns `npm run SCRIPT` in `end2end`; the script installs its packages and finds a Chromium.
pub(crate) fn npm(workspace: &Workspace, script: &str) -> Result<Command> {
    let npm = wasm_opt::npm().ok_or_else(|| {
        Failure::Failed(
            "the browser tests need Node and npm: https://nodejs.org (20 or newer)".into(),
        )
    })?;
    let mut command = Command::new(npm);
    command
        .current_dir(workspace.root.join("end2end"))
        .args(["run", "--silent", script]);
    Ok(command)
}

/// Installs the Node packages, also for the Rust tests that start an OpenID Provider. Without Node, those report that they were
/// not run.
pub(super) fn install_packages(workspace: &Workspace) -> Result<()> {
    if wasm_opt::npm().is_none() {
        println!("Node and npm are not installed: https://nodejs.org (20 or newer)");
        return Ok(());
    }
    process::run("npm", &mut npm(workspace, "packages")?, TEST_TIMEOUT)
}

/// Runs Playwright and adds its results to `counts`.
pub(crate) fn playwright(npm: &mut Command, state: &Path, counts: &mut Counts) -> Result<()> {
    let junit = state.join("junit.xml");
    npm.env("PLAYWRIGHT_JUNIT_OUTPUT_FILE", &junit);
    let outcome = process::run("Playwright", npm, TEST_TIMEOUT);
    if junit.is_file() {
        *counts += Counts::from_junit(&junit)?;
    } else if outcome.is_ok() {
        return Err(Failure::Failed("Playwright wrote no report".into()));
    }
    outcome
}
