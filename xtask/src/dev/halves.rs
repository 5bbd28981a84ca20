//! Builds both halves of the site at once.

use super::progress::{Progress, count_packages};
use crate::failure::{Failure, Result};
use crate::process;
use crate::report::duration;
use crate::site::{BUILD_LIMIT, PORT, SERVER_FEATURES, Site};
use crate::tools::{Tool, wasm_target};
use crate::workspace::Workspace;

const SERVER: &str = "server half";
const BROWSER: &str = "browser half";

#[derive(Debug)]
pub(super) struct Halves<'a> {
    workspace: &'a Workspace,
    site: &'a Site<'a>,
    bindgen: &'a Tool,
    /// The number of packages of each half.
    packages: [(&'static str, usize); 2],
}

impl<'a> Halves<'a> {
    /// Downloads the dependencies that are missing, and counts them.
    pub(super) fn new(
        workspace: &'a Workspace,
        site: &'a Site<'a>,
        bindgen: &'a Tool,
    ) -> Result<Self> {
        let mut fetch = site.cargo();
        fetch
            .arg("fetch")
            .arg(format!("--target={}", workspace.host))
            .arg(format!("--target={}", wasm_target::TARGET));
        // It also fetches what only tests need. If the site needs what is missing, the build says so.
        if let Err(Failure::Interrupted) = process::run("cargo fetch", &mut fetch, BUILD_LIMIT) {
            return Err(Failure::Interrupted);
        }
        let server = [
            "--package=server",
            "--no-default-features",
            "--features",
            SERVER_FEATURES,
        ];
        let browser = [
            "--package=frontend",
            "--no-default-features",
            "--target",
            wasm_target::TARGET,
        ];
        let packages = [
            (SERVER, count_packages(&mut site.cargo(), &server)),
            (BROWSER, count_packages(&mut site.cargo(), &browser)),
        ];
        Ok(Self {
            workspace,
            site,
            bindgen,
            packages,
        })
    }

    /// Calls `on_server` when the server half is ready, which works without the browser half.
    pub(super) fn build(&self, on_server: impl FnOnce() -> Result<()>) -> Result<()> {
        self.site.copy_files()?;
        let progress = Progress::new(&self.packages);
        std::thread::scope(|scope| {
            let browser = scope.spawn(|| self.build_browser_half(&progress));
            let server = self.build_server_half(&progress).and_then(|()| on_server());
            if server.is_ok() && !browser.is_finished() {
                println!(
                    "\nThe site answers after {}: http://localhost:{PORT}. Its pages work without the browser half, which \
                     is still being built.\n",
                    duration(progress.elapsed())
                );
            }
            let browser = browser
                .join()
                .unwrap_or_else(|_| Err(Failure::Failed("the browser half: panic".into())));
            server?;
            browser?;
            println!(
                "\nThe site is up after {}: http://localhost:{PORT}",
                duration(progress.elapsed())
            );
            Ok(())
        })
    }

    fn build_server_half(&self, progress: &Progress) -> Result<()> {
        let mut cargo = self.site.server_build();
        cargo.args(QUIET);
        process::run_reading(
            "the build of the server half",
            &mut cargo,
            BUILD_LIMIT,
            |line| {
                progress.record(SERVER, line);
            },
        )
    }

    /// At a lower priority: the site starts with the other half.
    fn build_browser_half(&self, progress: &Progress) -> Result<()> {
        let mut cargo = self.site.browser_build();
        cargo.args(QUIET);
        let mut cargo = process::nice(&cargo, 5);
        process::run_reading(
            "the build of the browser half",
            &mut cargo,
            BUILD_LIMIT,
            |line| {
                progress.record(BROWSER, line);
            },
        )?;
        let tools = self.bindgen.ensure(self.workspace)?;
        self.site.run_wasm_bindgen(&tools)
    }
}

/// Progress is reported for both halves together. Warnings and errors are printed.
const QUIET: [&str; 2] = ["--quiet", "--message-format=json-render-diagnostics"];
