//! A server process.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use super::{USER, cluster, database::PostgresDatabase, programs};
use crate::{
    Missing, Watchdog,
    folder::temporary_folder,
    process::{free_port, is_running, kill, read_pid, resume, stop, wait_until},
};

const START_TIMEOUT: Duration = Duration::from_mins(1);
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// A `PostgreSQL` server in a temporary folder, on a free port of 127.0.0.1. It ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    data: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// Dropped last.
    _watchdog: Watchdog,
}

impl PostgresServer {
    /// Starts a server.
    ///
    /// # Errors
    /// If `PostgreSQL` is not installed.
    pub fn start() -> Result<Self, Missing> {
        let programs = programs::find()?;
        let folder = temporary_folder("test-postgres");
        let pid_file = folder.join("data/postmaster.pid");
        let watchdog = Watchdog::start(&folder, &pid_file).expect("the system has a shell");
        let data = cluster::create(&programs, &folder);
        let mut server = Self {
            programs,
            folder,
            data,
            port: 0,
            databases: AtomicU32::new(0),
            _watchdog: watchdog,
        };
        // Another process may take the port first.
        let started = (0..5).any(|_| {
            server.port = free_port();
            server.spawn()
        });
        assert!(started, "PostgreSQL does not start: {}", server.log());
        Ok(server)
    }

    /// Returns the URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database.
    pub fn create_database(&self) -> PostgresDatabase {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let database = PostgresDatabase::new(self.programs.clone(), self.url("postgres"));
        database.execute(&format!("CREATE DATABASE {name}"));
        PostgresDatabase::new(self.programs.clone(), self.url(&name))
    }

    /// Stops all processes of the server: connections stay open, and nothing answers.
    pub fn pause(&self) {
        stop(self.pid());
    }

    /// Lets a paused server continue.
    pub fn resume(&self) {
        resume(self.pid());
    }

    /// Kills all processes of the server at once.
    pub fn kill(&self) {
        let pid = self.pid();
        kill(pid);
        assert!(
            wait_until(STOP_TIMEOUT, || !is_running(pid)),
            "still running"
        );
    }

    /// Starts the server again on its port, after [`Self::kill`].
    pub fn restart(&self) {
        // A killed server leaves it, and shared memory that a server with the same data folder frees.
        let _ = fs::remove_file(self.pid_file());
        assert!(self.spawn(), "no restart: {}", self.log());
    }

    fn pid_file(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }

    fn pid(&self) -> u32 {
        read_pid(&self.pid_file()).expect("the server runs")
    }

    /// Returns the log of the server since its last start.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Returns whether it accepts connections.
    fn spawn(&self) -> bool {
        let log = File::create(self.folder.join("log")).expect("the folder is ours");
        let errors = log.try_clone().expect("a file can be cloned");
        let mut postgres: Command = programs::command(&self.programs, "postgres");
        postgres
            .arg("-D")
            .arg(&self.data)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "unix_socket_directories="])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .process_group(0);
        let mut process = postgres.spawn().expect("PostgreSQL is installed");
        let mut exited = false;
        wait_until(START_TIMEOUT, || {
            exited = process.try_wait().is_ok_and(|status| status.is_some());
            exited || self.is_ready()
        });
        // Waits for its end, so that no zombie remains.
        std::thread::spawn(move || process.wait());
        !exited && self.is_ready()
    }

    /// The eighth line of the file is the state.
    fn is_ready(&self) -> bool {
        let text = fs::read_to_string(self.pid_file()).unwrap_or_default();
        text.lines()
            .nth(7)
            .is_some_and(|line| line.trim() == "ready")
    }
}
