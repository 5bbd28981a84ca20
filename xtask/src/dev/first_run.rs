//! The first start on a computer where cargo-leptos has to be compiled: the two halves are built without it, the site is
//! up, and cargo-leptos compiles beside it, at low priority. Changes are built here until it is ready.

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
use crate::tools::Tool;
use crate::workspace::Workspace;

/// How long a start may take: the local services create their databases in it.
const START_LIMIT: Duration = Duration::from_mins(1);
/// Returns the folder of cargo-leptos when it is ready.
pub(super) fn run(
    workspace: &Workspace,
    leptos: &Tool,
    bindgen: &[PathBuf],
) -> Result<Vec<PathBuf>> {
    println!(
        "\nBuilding the site without {} this time, so that you need not wait for it.",
        leptos.package
    );
    let started = Instant::now();
    let site = Site::new(workspace, Purpose::Watch);
    // Looked at before the build, so that no change gets lost during it.
    let mut sources = Sources::look(&workspace.root);
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
            return leptos.compiled(workspace);
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
            println!("The server has ended ({status}); it starts again at the next change.");
            server = None;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A build that fails leaves the old site running: the compiler has said why.
fn rebuild(
    site: &Site<'_>,
    bindgen: &[PathBuf],
    server: Option<Running>,
) -> Result<Option<Running>> {
    println!("Something changed.");
    match site
        .build_browser_half(bindgen)
        .and_then(|()| site.build_server())
    {
        Ok(()) => {
            // The old one first: both want the port.
            drop(server);
            serve(site).map(Some)
        }
        Err(Failure::Failed(why)) => {
            println!("{why}");
            Ok(server)
        }
        Err(other) => Err(other),
    }
}

fn serve(site: &Site<'_>) -> Result<Running> {
    ports::must_be_free(PORT)?;
    let mut server = process::start("the server", &mut site.server(PORT))?;
    ports::wait_until_open(PORT, &mut server, START_LIMIT)?;
    Ok(server)
}
