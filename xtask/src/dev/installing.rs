//! A tool that compiles in the background while the site runs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::process::{self, Running};
use crate::tools::{Dependencies, Tool, install_command};
use crate::workspace::Workspace;

const PROGRESS_INTERVAL: Duration = Duration::from_mins(2);

#[derive(Debug)]
pub(super) struct Installing<'a> {
    workspace: &'a Workspace,
    tool: &'a Tool,
    log: PathBuf,
    dependencies: Dependencies,
    /// `None` after the installation failed: the site runs without the tool.
    running: Option<Running>,
    reported: Instant,
}

impl<'a> Installing<'a> {
    pub(super) fn start(workspace: &'a Workspace, tool: &'a Tool) -> Result<Self> {
        let log = workspace
            .state_folder()?
            .join(format!("install-{}.log", tool.package));
        println!(
            "{} {} compiles in the background ({}); log: {}",
            tool.package,
            tool.version,
            tool.compiles_in,
            log.display()
        );
        let dependencies = Dependencies::Locked;
        let running = Some(compile(workspace, tool, dependencies, &log)?);
        Ok(Self {
            workspace,
            tool,
            log,
            dependencies,
            running,
            reported: Instant::now(),
        })
    }

    /// Returns whether the tool is installed, and reports progress from time to time.
    pub(super) fn is_done(&mut self) -> Result<bool> {
        let Some(running) = &mut self.running else {
            return Ok(false);
        };
        match running.finished()? {
            None => self.report_progress(),
            Some(status) if status.success() => return Ok(true),
            Some(_) if self.dependencies == Dependencies::Locked => {
                self.dependencies = Dependencies::Compatible;
                self.running = Some(compile(
                    self.workspace,
                    self.tool,
                    self.dependencies,
                    &self.log,
                )?);
            }
            Some(status) => {
                println!(
                    "failed to compile {} ({status}), see {}; the site runs without it",
                    self.tool.package,
                    self.log.display()
                );
                self.running = None;
            }
        }
        Ok(false)
    }

    fn report_progress(&mut self) {
        if self.reported.elapsed() > PROGRESS_INTERVAL {
            self.reported = Instant::now();
            let crates = compiled_crates(&self.log);
            println!("{}: {crates} crates compiled so far", self.tool.package);
        }
    }
}

/// Starts the installation at low priority, with its output in `log`.
fn compile(
    workspace: &Workspace,
    tool: &Tool,
    dependencies: Dependencies,
    log: &Path,
) -> Result<Running> {
    let output = File::create(log).map_err(|e| Failure::io("write", log, &e))?;
    let errors = output
        .try_clone()
        .map_err(|e| Failure::io("write", log, &e))?;
    let mut command = process::nice(&install_command(tool, workspace, dependencies), 19);
    command
        .stdout(Stdio::from(output))
        .stderr(Stdio::from(errors));
    process::start(tool.package, &mut command)
}

fn compiled_crates(log: &Path) -> usize {
    std::fs::read_to_string(log).map_or(0, |text| {
        text.lines()
            .filter(|line| line.trim_start().starts_with("Compiling "))
            .count()
    })
}
