//! The server and its load do not share processor cores, or the load would slow the server down, and ten times the load more
//! so. On Linux with `taskset` and at least two cores; elsewhere, both share all cores.

use std::{fmt, path::Path};

use tokio::process::Command;

const TASKSET: &str = "/usr/bin/taskset";

/// The cores of server and load.
#[derive(Clone, Debug)]
pub(crate) struct Cores {
    server: String,
}

impl Cores {
    /// Moves this thread, and the threads that it starts, to half of the cores. Returns the other half.
    #[cfg(target_os = "linux")]
    pub(crate) fn divide() -> Option<Self> {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        let all = sched_getaffinity(None).ok()?;
        let all: Vec<usize> = (0..CpuSet::MAX_CPU)
            .filter(|&core| all.is_set(core))
            .collect();
        let (server, load) = all.split_at(all.len() / 2);
        if server.is_empty() || !Path::new(TASKSET).exists() {
            return None;
        }
        let mut own = CpuSet::new();
        for &core in load {
            own.set(core);
        }
        sched_setaffinity(None, &own).ok()?;
        let server: Vec<String> = server.iter().map(ToString::to_string).collect();
        Some(Self {
            server: server.join(","),
        })
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn divide() -> Option<Self> {
        None
    }

    /// Returns the command that starts `server` on its cores.
    pub(crate) fn command(&self, server: &Path) -> Command {
        let mut command = Command::new(TASKSET);
        command.args(["--cpu-list", &self.server]).arg(server);
        command
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "core {}", self.server)
    }
}
