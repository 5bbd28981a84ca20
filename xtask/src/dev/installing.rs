//! A tool that compiles beside the running site.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::process::{self, Running};
use crate::tools::{Tool, Versions};
use crate::workspace::Workspace;

/// How often the person hears how far it is.
const PROGRESS: Duration = Duration::from_mins(2);

#[derive(Debug)]
pub(super) struct Installing<'a> {
    workspace: &'a Workspace,
    tool: &'a Tool,
    log: PathBuf,
    versions: Versions,
    /// `None` once it was given up: the site goes on without it.
    running: Option<Running>,
    told: Instant,
}

impl<'a> Installing<'a> {
    pub(super) fn start(workspace: &'a Workspace, tool: &'a Tool) -> Result<Self> {
        let log = workspace
            .notes()?
            .join(format!("install-{}.log", tool.package));
        println!(
            "{} {} compiles beside it ({}); its log is {}",
            tool.package,
            tool.version,
            tool.compiles_in,
            log.display()
        );
        let versions = Versions::Tested;
        let running = Some(compile(workspace, tool, versions, &log)?);
        Ok(Self {
            workspace,
            tool,
            log,
            versions,
            running,
            told: Instant::now(),
        })
    }

    /// Whether it is installed. Tells, now and then, how far it is.
    pub(super) fn is_done(&mut self) -> Result<bool> {
        let Some(running) = &mut self.running else {
            return Ok(false);
        };
        match running.finished()? {
            None => self.tell(),
            Some(status) if status.success() => return Ok(true),
            Some(_) if self.versions == Versions::Tested => {
                self.versions = Versions::Compatible;
                self.running = Some(compile(
                    self.workspace,
                    self.tool,
                    self.versions,
                    &self.log,
                )?);
            }
            Some(status) => {
                println!(
                    "{} did not compile ({status}): see {}. The site goes on without it.",
                    self.tool.package,
                    self.log.display()
                );
                self.running = None;
            }
        }
        Ok(false)
    }

    fn tell(&mut self) {
        if self.told.elapsed() > PROGRESS {
            self.told = Instant::now();
            let crates = compiled_crates(&self.log);
            println!("{}: {crates} crates compiled so far", self.tool.package);
        }
    }
}

/// At low priority, with its output in `log`.
fn compile(workspace: &Workspace, tool: &Tool, versions: Versions, log: &Path) -> Result<Running> {
    let output = File::create(log).map_err(|e| Failure::io("write", log, &e))?;
    let errors = output
        .try_clone()
        .map_err(|e| Failure::io("write", log, &e))?;
    let mut command = at_low_priority(tool.compile_command(workspace, versions));
    command
        .stdout(Stdio::from(output))
        .stderr(Stdio::from(errors));
    process::start(tool.package, &mut command)
}

/// The same command through `nice`, where there is one.
fn at_low_priority(command: Command) -> Command {
    if process::ask("nice", &["true"]).is_none() {
        return command;
    }
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => nice.env(name, value),
            None => nice.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        nice.current_dir(folder);
    }
    nice
}

fn compiled_crates(log: &Path) -> usize {
    std::fs::read_to_string(log).map_or(0, |text| {
        text.lines()
            .filter(|line| line.trim_start().starts_with("Compiling "))
            .count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_at_low_priority_keeps_its_arguments_and_variables() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo $GREETING"])
            .env("GREETING", "hello you");
        assert_eq!(
            process::output_of(&mut at_low_priority(command)).as_deref(),
            Some("hello you")
        );
    }
}
