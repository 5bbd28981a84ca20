//! The first start on a machine where cargo-leptos has to be compiled: both halves are built without it and the site
//! starts. cargo-leptos compiles in the background at low priority; until it is ready, changes are built here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::installing::Installing;
use super::sources::Sources;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::ports;
use crate::process::{self, Running};
use crate::report::duration;
use crate::site::{PORT, Purpose, Site};
use crate::tools::{Tool, remove_build};
use crate::workspace::Workspace;

/// The first start includes creating the databases of the local services.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Returns the folder of cargo-leptos when it is ready.
pub(super) fn run(
    workspace: &Workspace,
    leptos: &Tool,
    bindgen: &[PathBuf],
) -> Result<Vec<PathBuf>> {
    println!(
        "\nBuilding the site without {} this time, to start sooner.",
        leptos.package
    );
    let started = Instant::now();
    let site = Site::new(workspace, Purpose::Watch);
    // Before the build, so that no change during it is lost.
    let mut sources = Sources::scan(&workspace.root);
    site.build_browser_half(bindgen)?;
    site.build_server()?;
    let mut server = Some(serve(&site)?);
    println!(
        "\nThe site is up after {}: http://localhost:{PORT}",
        duration(started.elapsed())
    );

    let mut installing = Installing::start(workspace, leptos)?;
    println!("Until then changes are built here.\n");
    loop {
        if installing.is_done()? {
            println!("\n{} is ready and takes over.", leptos.package);
            drop(server);
            remove_build(leptos, workspace)?;
            return Ok(leptos.find(workspace).unwrap_or_default());
        }
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        if sources.changed() {
            server = rebuild(&site, bindgen, server)?;
        }
        if let Some(running) = &mut server
            && let Some(status) = running.finished()?
        {
            println!("The server exited ({status}); it is started again at the next change.");
            server = None;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A failed build leaves the old site running; the compiler has printed the reason.
fn rebuild(
    site: &Site<'_>,
    bindgen: &[PathBuf],
    server: Option<Running>,
) -> Result<Option<Running>> {
    println!("Sources changed: rebuilding");
    match site
        .build_browser_half(bindgen)
        .and_then(|()| site.build_server())
    {
        Ok(()) => {
            // The old one first: both use the same port.
            drop(server);
            serve(site).map(Some)
        }
        Err(Failure::Failed(reason)) => {
            println!("{reason}");
            Ok(server)
        }
        Err(other) => Err(other),
    }
}

fn serve(site: &Site<'_>) -> Result<Running> {
    ports::ensure_free(PORT)?;
    let mut server = process::start("the server", &mut site.server(PORT))?;
    ports::wait_until_open(PORT, &mut server, START_TIMEOUT)?;
    Ok(server)
}
