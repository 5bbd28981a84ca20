//! An example as a process.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// A running example. Its folder is empty, and its environment has the given variables only.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// The first line that the program prints: its URL.
    pub url: String,
    _folder: TempDir,
}

impl Program {
    /// Starts the program and waits until it prints its URL.
    ///
    /// - `binary`: `env!("CARGO_BIN_EXE_…")`.
    pub async fn start(binary: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(binary, variables, &folder)
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let url = stdout.lines().next_line().await.unwrap();
        let url = url.unwrap_or_else(|| panic!("{binary} ended before it printed its URL"));
        Self {
            child,
            url,
            _folder: folder,
        }
    }

    /// Runs a program that cannot start, and returns what it says.
    ///
    /// # Panics
    /// If it succeeds.
    pub async fn fail(binary: &str, variables: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let output = command(binary, variables, &folder).output().await.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }

    /// Interrupts the program as Ctrl-C does, and waits for its end.
    ///
    /// # Panics
    /// If it does not end successfully.
    #[cfg(unix)]
    pub async fn interrupt(mut self) {
        let id = self.child.id().unwrap().to_string();
        let kill = Command::new("kill").args(["-INT", &id]).status().await;
        assert!(kill.unwrap().success());
        assert!(self.child.wait().await.unwrap().success());
    }
}

fn command(binary: &str, variables: &[(&str, &str)], folder: &TempDir) -> Command {
    let mut command = Command::new(binary);
    command
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
