//! Child processes: each in a group of its own, so that it can be ended with everything that it started.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::interrupt;

/// How long a process may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);
/// How often a waiting loop looks.
const TICK: Duration = Duration::from_millis(50);

/// A process that was started. Dropping it ends it, and everything that it started.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    ended: Option<ExitStatus>,
}

/// Starts `command`, without an input. `name` is for messages.
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

/// Runs `command` to its end, at most for `limit`.
pub(crate) fn run(name: &str, command: &mut Command, limit: Duration) -> Result<()> {
    start(name, command)?.wait(limit)
}

/// As [`run`]; every line of standard output is printed and given to `on_line`.
pub(crate) fn run_reading(
    name: &str,
    command: &mut Command,
    limit: Duration,
    mut on_line: impl FnMut(&str) + Send,
) -> Result<()> {
    let mut running = start(name, command.stdout(Stdio::piped()))?;
    let output = running.child.stdout.take();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for line in output.into_iter().flat_map(|o| BufReader::new(o).lines()) {
                let Ok(line) = line else { break };
                // A closed terminal is no reason to stop counting.
                _ = writeln!(std::io::stdout(), "{line}");
                on_line(&line);
            }
        });
        let ended = running.wait(limit);
        // Whoever still holds the pipe would keep the reader waiting.
        running.end_group();
        ended
    })
}

/// What a short command prints, or `None` where it fails or is not installed.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    output_of(command.args(arguments))
}

/// As [`ask`], for a command that is already put together.
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

impl Running {
    /// The exit status, once there is one.
    pub(crate) fn finished(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self
                .child
                .try_wait()
                .map_err(|e| Failure::Failed(format!("cannot wait for {}: {e}", self.name)))?;
        }
        Ok(self.ended)
    }

    /// Waits for a good end. Ctrl-C, a bad end and a passed `limit` are failures; the process is gone in each case.
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
            std::thread::sleep(TICK);
        }
    }

    /// Asks the process to end as Ctrl-C would, waits for it, and then ends what is left of its group.
    pub(crate) fn stop(&mut self) {
        if self.ended.is_none() {
            self.interrupt_group();
            let started = Instant::now();
            while matches!(self.finished(), Ok(None)) && started.elapsed() < GRACE {
                std::thread::sleep(TICK);
            }
        }
        self.end_group();
        _ = self.child.wait();
    }

    #[cfg(unix)]
    fn signal_group(&self, signal: rustix::process::Signal) {
        // No such group any more: everything has ended already.
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
    fn a_bad_exit_status_is_a_failure_that_names_the_process() {
        let failure = run("the linter", &mut shell("exit 3"), LIMIT).expect_err("exit 3");
        assert!(
            failure.to_string().contains("the linter failed"),
            "{failure}"
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
    fn stopping_a_process_ends_what_it_started() {
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
            std::thread::sleep(TICK);
        }
        assert!(!alive(grandchild.trim()));
    }

    #[test]
    fn a_process_that_takes_too_long_is_ended() {
        let failure = run("sleep", &mut shell("sleep 600"), Duration::from_millis(300))
            .expect_err("600 seconds are too long");
        assert!(failure.to_string().contains("took longer"), "{failure}");
    }
}
