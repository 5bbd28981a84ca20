//! The first start on a machine where cargo-leptos has to be compiled: both halves are built without it, at once, and the
//! site starts. cargo-leptos compiles in the background at low priority; until it is ready, changes are built here.

use std::path::PathBuf;
use std::time::Duration;

use super::halves::Halves;
use super::installing::Installing;
use super::sources::Sources;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::ports;
use crate::process::{self, Running};
use crate::site::{PORT, Purpose, Site};
use crate::tools::{Tool, remove_build};
use crate::workspace::Workspace;

/// The first start includes creating the databases of the local services.
const START_TIMEOUT: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Returns the folders of wasm-bindgen and cargo-leptos when both are ready.
pub(super) fn run(workspace: &Workspace, leptos: &Tool, bindgen: &Tool) -> Result<Vec<PathBuf>> {
    println!(
        "\nBuilding the site without {} this time, to start sooner. The site starts when its server half is ready; \
         the browser half follows.",
        leptos.package
    );
    let site = Site::new(workspace, Purpose::Watch);
    // Before the build, so that no change during it is lost.
    let mut sources = Sources::scan(&workspace.root);
    let halves = Halves::new(workspace, &site, bindgen)?;
    site.remove_files()?;
    let mut server = None;
    halves.build(|| {
        server = Some(serve(&site)?);
        Ok(())
    })?;

    let mut installing = Installing::start(workspace, leptos)?;
    println!("Until then changes are built here.\n");
    loop {
        if installing.is_done()? {
            println!("\n{} is ready and takes over.", leptos.package);
            drop(server);
            remove_build(leptos, workspace)?;
            let tools = [bindgen, leptos].map(|tool| tool.find(workspace));
            return Ok(tools.into_iter().flatten().flatten().collect());
        }
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        if sources.changed() {
            println!("Sources changed: rebuilding");
            let rebuilt = halves.build(|| {
                // The old one first: both use the same port.
                drop(server.take());
                server = Some(serve(&site)?);
                Ok(())
            });
            // A failed build leaves the old site running; the compiler has printed the reason.
            match rebuilt {
                Err(Failure::Failed(reason)) => println!("{reason}"),
                rebuilt => rebuilt?,
            }
        }
        if let Some(running) = &mut server
            && let Some(status) = running.finished()?
        {
            println!("The server exited ({status}); it is started again at the next change.");
            server = None;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

fn serve(site: &Site<'_>) -> Result<Running> {
    ports::ensure_free(PORT)?;
    let mut server = process::start("the server", &mut site.server(PORT))?;
    ports::wait_until_open(PORT, &mut server, START_TIMEOUT)?;
    Ok(server)
}
