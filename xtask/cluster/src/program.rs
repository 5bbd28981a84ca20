//! A process that is started, killed, paused and started again.

use std::{
    fs::OpenOptions,
    io,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// Time for a process to exit after SIGTERM: more than the shutdown of the server takes.
const EXIT_TIMEOUT: Duration = Duration::from_secs(40);

/// A program with its arguments. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Program {
    name: String,
    command: Command,
    child: Option<Child>,
}

impl Program {
    /// Prepares `command`, which writes to `NAME.log` in `logs`.
    pub(crate) fn new(name: &str, mut command: Command, logs: &Path) -> io::Result<Self> {
        let file = logs.join(format!("{}.log", name.replace(' ', "-")));
        let log = OpenOptions::new().create(true).append(true).open(file)?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(Self {
            name: name.to_owned(),
            command,
            child: None,
        })
    }

    pub(crate) fn start(&mut self) -> io::Result<()> {
        let child = self.command.spawn().map_err(|error| {
            let program = self.command.get_program().to_string_lossy().into_owned();
            io::Error::other(format!("cannot start {} ({program}): {error}", self.name))
        })?;
        self.child = Some(child);
        Ok(())
    }

    /// Starts the program with its standard error as a pipe.
    pub(crate) fn start_reading_errors(&mut self) -> io::Result<std::process::ChildStderr> {
        self.command.stderr(Stdio::piped());
        self.start()?;
        let pipe = self.child.as_mut().and_then(|child| child.stderr.take());
        pipe.ok_or_else(|| io::Error::other(format!("{} has no standard error", self.name)))
    }

    /// Sends SIGKILL and waits for the end of the process.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Sends SIGSTOP.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Sends SIGCONT.
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Returns whether the process ended. It is an error if it did not within the time for a shutdown.
    pub(crate) fn has_exited(&mut self, terminated: Instant) -> io::Result<bool> {
        let Some(child) = &mut self.child else {
            return Ok(true);
        };
        if child.try_wait()?.is_some() {
            self.child = None;
            return Ok(true);
        }
        if terminated.elapsed() > EXIT_TIMEOUT {
            let error = format!("{} did not exit after SIGTERM", self.name);
            return Err(io::Error::other(error));
        }
        Ok(false)
    }

    /// Returns an error if the process exited.
    pub(crate) fn check_alive(&mut self) -> io::Result<()> {
        let status = match &mut self.child {
            Some(child) => child.try_wait()?,
            None => return Ok(()),
        };
        status.map_or(Ok(()), |status| {
            let error = format!("{} exited ({status}); see its log", self.name);
            Err(io::Error::other(error))
        })
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.as_ref().map(Child::id);
        if let Some(pid) = pid.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            // It may have ended.
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns a command without the variables of this process, which could configure the program.
pub(crate) fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for name in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeping() -> (Program, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("cluster-test-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut command = Command::new("sleep");
        command.arg("600");
        let program = Program::new("sleep", command, &folder).expect("a log");
        (program, folder)
    }

    #[test]
    fn a_killed_program_can_be_started_again() {
        let (mut program, _folder) = sleeping();
        for _ in 0..2 {
            program.start().expect("sleep is installed");
            program.check_alive().expect("it runs");
            program.kill();
            assert!(program.has_exited(Instant::now()).expect("it ended"));
        }
    }
}
