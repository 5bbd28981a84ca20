//! The example with ordinary hydration in Chromium, with the local tenant and the products API.

use std::time::Duration;

use super::{SERVER_HALF, browser};
use crate::counts::Counts;
use crate::failure::Result;
use crate::minimal_leptos::{self, Built};
use crate::process;
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

const BUILD_LIMIT: Duration = Duration::from_mins(30);

/// Builds the example, the tenant and the API.
pub(super) fn build(workspace: &Workspace) -> Result<Built> {
    let built = minimal_leptos::build(workspace)?;
    let mut cargo = Site::new(workspace, Purpose::Test).cargo();
    cargo
        .arg("build")
        .args(SERVER_HALF)
        .args(["--bin=products-api", "--bin=tenant"]);
    process::run("the build of the services", &mut cargo, BUILD_LIMIT)?;
    Ok(built)
}

pub(super) fn run(workspace: &Workspace, built: &Built, counts: &mut Counts) -> Result<()> {
    let state = browser::fresh_folder(workspace, "minimal-leptos")?;
    let mut npm = browser::npm(workspace, "test:minimal-leptos")?;
    npm.env("SITE_EXECUTABLE", &built.server)
        .env("LEPTOS_SITE_ROOT", &built.site)
        .env("TENANT_EXECUTABLE", workspace.debug_executable("tenant"))
        .env("API_EXECUTABLE", workspace.debug_executable("products-api"))
        .env("STATE_FOLDER", &state);
    browser::playwright(&mut npm, &state, counts)
}
