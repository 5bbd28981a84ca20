//! A server process.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    Missing, Watchdog,
    folder::temporary_folder,
    process::{free_port, is_running, kill, read_pid, resume, stop, wait_until},
    programs::find_program,
};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Distance of the port for the other nodes of a cluster.
const BUS_OFFSET: u16 = 10_000;

pub(super) const MISSING: Missing = Missing {
    server: "Redis",
    install: if cfg!(target_os = "macos") {
        "brew install redis"
    } else {
        "sudo apt-get install redis-server"
    },
};

/// A Redis server in a temporary folder, on a free port of 127.0.0.1. It ends when it is dropped, or with the process. It
/// writes nothing to the disk, unless the settings say so.
#[derive(Debug)]
pub struct RedisServer {
    folder: PathBuf,
    settings: Vec<String>,
    port: u16,
    /// Dropped last.
    _watchdog: Watchdog,
}

impl RedisServer {
    /// Starts a server with further settings, such as `--appendonly yes`.
    ///
    /// # Errors
    /// If Redis is not installed.
    pub fn start(settings: &[&str]) -> Result<Self, Missing> {
        for program in ["redis-server", "redis-cli"] {
            find_program(program, &[]).ok_or(MISSING)?;
        }
        let folder = temporary_folder("test-redis");
        let watchdog =
            Watchdog::start(&folder, &folder.join("pid")).expect("the system has a shell");
        let mut server = Self {
            folder,
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            port: 0,
            _watchdog: watchdog,
        };
        // Another process may take the port first.
        let started = (0..5).any(|_| {
            server.port = free_ports();
            server.spawn()
        });
        assert!(started, "Redis does not start: {}", server.log());
        Ok(server)
    }

    /// Returns the URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs a command with `redis-cli`, and returns its output.
    pub fn command(&self, arguments: &[&str]) -> String {
        cli(&["-p", &self.port.to_string()], arguments)
    }

    /// Stops the server: connections stay open, and nothing answers.
    pub fn pause(&self) {
        stop(self.pid());
    }

    /// Lets a paused server continue.
    pub fn resume(&self) {
        resume(self.pid());
    }

    /// Kills the server at once.
    pub fn kill(&self) {
        let pid = self.pid();
        kill(pid);
        let ended = wait_until(START_TIMEOUT, || !is_running(pid));
        assert!(ended, "still running");
    }

    /// Starts the server again on its port, after [`Self::kill`].
    pub fn restart(&self) {
        let _ = fs::remove_file(self.folder.join("pid"));
        assert!(self.spawn(), "no restart: {}", self.log());
    }

    /// Returns the folder with its files.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    fn pid(&self) -> u32 {
        read_pid(&self.folder.join("pid")).expect("the server runs")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Returns whether it accepts connections.
    fn spawn(&self) -> bool {
        let log = File::create(self.folder.join("log")).expect("the folder is ours");
        let mut process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--daemonize", "no"])
            .args(["--port", &self.port.to_string()])
            .arg("--dir")
            .arg(&self.folder)
            .arg("--pidfile")
            .arg(self.folder.join("pid"))
            .args(&self.settings)
            .current_dir("/")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(log)
            .process_group(0)
            .spawn()
            .expect("Redis is installed");
        let mut exited = false;
        wait_until(START_TIMEOUT, || {
            exited = process.try_wait().is_ok_and(|status| status.is_some());
            exited || self.is_ready()
        });
        // Waits for its end, so that no zombie remains.
        std::thread::spawn(move || process.wait());
        !exited && self.is_ready()
    }

    /// A server that loads its data, or wants a password, is not told from one that is ready by the connection alone.
    fn is_ready(&self) -> bool {
        self.folder.join("pid").is_file() && {
            let answer = self.command(&["PING"]);
            answer == "PONG" || answer.starts_with("NOAUTH")
        }
    }
}

pub(super) fn cli(address: &[&str], arguments: &[&str]) -> String {
    let output = Command::new("redis-cli")
        .args(address)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("redis-cli is installed");
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// Returns a free port for which the port of the cluster is free as well.
fn free_ports() -> u16 {
    loop {
        let port = free_port();
        let bus = port.checked_add(BUS_OFFSET);
        if bus.is_some_and(|bus| TcpListener::bind((Ipv4Addr::LOCALHOST, bus)).is_ok()) {
            return port;
        }
    }
}
