//! The first start on a computer where cargo-leptos has to be compiled: the two halves are built without it, the site is
//! up, and cargo-leptos compiles beside it, at low priority. Changes are built here until it is ready.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
/// How often the person hears how far cargo-leptos is.
const PROGRESS: Duration = Duration::from_mins(2);

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

    let log = workspace.notes()?.join("install-cargo-leptos.log");
    println!(
        "{} {} compiles beside it ({}); its log is {}\nUntil then changes are built here.\n",
        leptos.package,
        leptos.version,
        leptos.compiles_in,
        log.display()
    );
    let mut install = install(workspace, leptos, &log)?;
    let mut told = Instant::now();
    loop {
        if let Some(status) = install.finished()? {
            if !status.success() {
                return Err(Failure::Failed(format!(
                    "{} did not compile ({status}): see {}",
                    leptos.package,
                    log.display()
                )));
            }
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
        if told.elapsed() > PROGRESS {
            told = Instant::now();
            println!(
                "{}: {} crates compiled so far",
                leptos.package,
                compiled_crates(&log)
            );
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

fn install(workspace: &Workspace, leptos: &Tool, log: &Path) -> Result<Running> {
    let output = File::create(log).map_err(|e| Failure::io("write", log, &e))?;
    let errors = output
        .try_clone()
        .map_err(|e| Failure::io("write", log, &e))?;
    let mut command = at_low_priority(leptos.compile_command(workspace));
    command
        .stdout(Stdio::from(output))
        .stderr(Stdio::from(errors));
    process::start(leptos.package, &mut command)
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
