//! Child processes, each in a process group of its own, so that it can be ended with everything that it started.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::interrupt;

/// The time between the interrupt and the kill signal.
const GRACE_PERIOD: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A running process. Dropping it ends the process and everything that it started.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    ended: Option<ExitStatus>,
}

/// Starts `command` without standard input. `name` is for messages.
pub(crate) fn start(name: &str, command: &mut Command) -> Result<Running> {
    command.stdin(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let child = command.spawn().map_err(|e| {
        let program = command.get_program().to_string_lossy().into_owned();
        Failure::Failed(format!("cannot start {name} ({program}): {e}"))
    })?;
    Ok(Running {
        name: name.to_owned(),
        child,
        ended: None,
    })
}

/// Runs `command` to its end, for at most `limit`.
pub(crate) fn run(name: &str, command: &mut Command, limit: Duration) -> Result<()> {
    start(name, command)?.wait(limit)
}

/// As [`run`]; every line of standard output is given to `on_line`.
pub(crate) fn run_reading(
    name: &str,
    command: &mut Command,
    limit: Duration,
    on_line: impl FnMut(&str) + Send,
) -> Result<()> {
    let mut running = start(name, command.stdout(Stdio::piped()))?;
    let output = running.child.stdout.take();
    read(running, output, limit, on_line)
}

/// As [`run_reading`], for standard error.
pub(crate) fn run_reading_errors(
    name: &str,
    command: &mut Command,
    limit: Duration,
    on_line: impl FnMut(&str) + Send,
) -> Result<()> {
    let mut running = start(name, command.stderr(Stdio::piped()))?;
    let output = running.child.stderr.take();
    read(running, output, limit, on_line)
}

fn read(
    mut running: Running,
    output: Option<impl Read + Send>,
    limit: Duration,
    mut on_line: impl FnMut(&str) + Send,
) -> Result<()> {
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for line in output.into_iter().flat_map(|o| BufReader::new(o).lines()) {
                let Ok(line) = line else { break };
                on_line(&line);
            }
        });
        let ended = running.wait(limit);
        // A child that still holds the pipe would block the reader.
        running.end_group();
        ended
    })
}

/// Returns what a short command prints, or `None` if it fails or is not installed.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    output_of(command.args(arguments))
}

/// As [`ask`], for a prepared command.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the same command at a lower priority (19 is the lowest), if the system has `nice`.
pub(crate) fn nice(command: &Command, by: u8) -> Command {
    let mut nice = if ask("nice", &["true"]).is_some() {
        let mut nice = Command::new("nice");
        nice.args(["-n", &by.to_string()])
            .arg(command.get_program());
        nice
    } else {
        Command::new(command.get_program())
    };
    nice.args(command.get_args());
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

impl Running {
    /// Returns the exit status if the process has ended.
    pub(crate) fn finished(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self
                .child
                .try_wait()
                .map_err(|e| Failure::Failed(format!("cannot wait for {}: {e}", self.name)))?;
        }
        Ok(self.ended)
    }

    /// Waits for a successful exit. Ctrl-C, another exit status and the end of `limit` are failures; the process has ended in
    /// each case.
    pub(crate) fn wait(&mut self, limit: Duration) -> Result<()> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.finished()? {
                return if status.success() {
                    Ok(())
                } else if interrupt::requested() {
                    Err(Failure::Interrupted)
                } else {
                    Err(Failure::Failed(format!("{} failed ({status})", self.name)))
                };
            }
            if interrupt::requested() {
                self.stop();
                return Err(Failure::Interrupted);
            }
            if started.elapsed() > limit {
                self.stop();
                return Err(Failure::Failed(format!(
                    "{} took longer than {} minutes and was ended",
                    self.name,
                    limit.as_secs() / 60
                )));
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Interrupts the process as Ctrl-C does, waits for it, then kills the rest of its group.
    pub(crate) fn stop(&mut self) {
        if self.ended.is_none() {
            self.interrupt_group();
            let started = Instant::now();
            while matches!(self.finished(), Ok(None)) && started.elapsed() < GRACE_PERIOD {
                std::thread::sleep(POLL_INTERVAL);
            }
        }
        self.end_group();
        _ = self.child.wait();
    }

    #[cfg(unix)]
    fn signal_group(&self, signal: rustix::process::Signal) {
        // An error means that the group has ended already.
        _ = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .map(|group| rustix::process::kill_process_group(group, signal));
    }

    #[cfg(unix)]
    fn interrupt_group(&mut self) {
        self.signal_group(rustix::process::Signal::INT);
    }

    #[cfg(unix)]
    fn end_group(&mut self) {
        self.signal_group(rustix::process::Signal::KILL);
    }

    #[cfg(not(unix))]
    fn interrupt_group(&mut self) {
        self.end_group();
    }

    #[cfg(not(unix))]
    fn end_group(&mut self) {
        _ = output_of(Command::new("taskkill").args([
            "/T",
            "/F",
            "/PID",
            &self.child.id().to_string(),
        ]));
        _ = self.child.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn alive(pid: &str) -> bool {
        ask("sh", &["-c", &format!("kill -0 {pid}")]).is_some()
    }

    #[test]
    fn a_failure_names_the_process() {
        let failure = run("the linter", &mut shell("exit 3"), LIMIT).expect_err("exit 3");
        assert!(
            failure.to_string().contains("the linter failed"),
            "{failure}"
        );
    }

    #[test]
    fn a_nice_command_keeps_its_arguments_and_variables() {
        let mut command = shell("echo $GREETING");
        command.env("GREETING", "hello you");
        assert_eq!(
            output_of(&mut nice(&command, 19)).as_deref(),
            Some("hello you")
        );
    }

    #[test]
    fn lines_are_read_while_the_process_runs() {
        let mut lines = Vec::new();
        run_reading("echo", &mut shell("echo one; echo two"), LIMIT, |line| {
            lines.push(line.to_owned());
        })
        .expect("echo works");
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn stop_ends_the_process_group() {
        let mut running = start(
            "a tree",
            shell("sleep 600 & echo $!; wait").stdout(Stdio::piped()),
        )
        .expect("sh starts");
        let output = running.child.stdout.take().expect("piped");
        let mut grandchild = String::new();
        BufReader::new(output)
            .read_line(&mut grandchild)
            .expect("a process id");
        assert!(alive(grandchild.trim()));
        running.stop();
        let started = Instant::now();
        while alive(grandchild.trim()) && started.elapsed() < LIMIT {
            std::thread::sleep(POLL_INTERVAL);
        }
        assert!(!alive(grandchild.trim()));
    }

    #[test]
    fn a_process_is_ended_after_its_limit() {
        let failure = run("sleep", &mut shell("sleep 600"), Duration::from_millis(300))
            .expect_err("600 seconds are too long");
        assert!(failure.to_string().contains("took longer"), "{failure}");
    }
}
