//! Login, API call, refresh and logout against an OpenID Provider of another project: npm's `oidc-provider`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{SERVER_HALF, browser};
use crate::counts::Counts;
use crate::failure::Result;
use crate::process;
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

const BUILD_LIMIT: Duration = Duration::from_mins(30);

pub(super) fn run(workspace: &Workspace, counts: &mut Counts) -> Result<()> {
    let site = Site::new(workspace, Purpose::Test);
    let server = workspace.debug_executable("server");
    build_api(workspace)?;
    let state = browser::fresh_folder(workspace, "foreign")?;
    let mut npm = browser::npm(workspace, "test:foreign")?;
    describe_site(&mut npm, workspace, &server, &site.folder, &state);
    browser::playwright(&mut npm, &state, counts)
}

/// Builds the products API as a program of its own: the embedded one trusts the local tenant only.
pub(super) fn build_api(workspace: &Workspace) -> Result<()> {
    let mut cargo = Site::new(workspace, Purpose::Test).cargo();
    cargo
        .arg("build")
        .args(SERVER_HALF)
        .arg("--bin=products-api");
    process::run("the build of the products API", &mut cargo, BUILD_LIMIT)
}

/// Sets the variables with which Playwright starts the programs itself, on free ports.
pub(crate) fn describe_site(
    npm: &mut Command,
    workspace: &Workspace,
    server: &Path,
    site: &Path,
    state: &Path,
) {
    npm.env("SERVER_EXECUTABLE", server)
        .env("API_EXECUTABLE", workspace.debug_executable("products-api"))
        .env("LEPTOS_SITE_ROOT", site)
        .env("STATE_FOLDER", state);
}
