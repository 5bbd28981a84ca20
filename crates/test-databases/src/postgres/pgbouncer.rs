//! `PgBouncer`, a connection pooler in front of a server.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use super::{
    PostgresDatabase, USER,
    programs::{hand_over, is_root, unprivileged_user},
};
use crate::{
    Missing, REQUIRE_DATABASES, Watchdog,
    folder::temporary_folder,
    or_skip,
    process::{free_port, wait_until},
    programs::find_program,
};

const START_TIMEOUT: Duration = Duration::from_secs(30);

const INSTALL: &str = if cfg!(target_os = "macos") {
    "brew install pgbouncer"
} else {
    "sudo apt-get install pgbouncer"
};

/// The first version that keeps prepared statements in transaction mode.
const PREPARED_STATEMENTS: (u32, u32) = (1, 21);

/// For how long a client has a connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// Until it disconnects.
    Session,
    /// Until its transaction ends.
    Transaction,
}

/// A running `PgBouncer`, with fewer connections to the server than clients. It ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct PgBouncer {
    folder: PathBuf,
    port: u16,
    /// Dropped last.
    _watchdog: Watchdog,
}

impl PostgresDatabase {
    /// Starts a pooler in front of the server. `None` if `PgBouncer` is not installed.
    pub fn pooler(&self, mode: PoolMode) -> Option<PgBouncer> {
        or_skip(PgBouncer::start(self, mode), REQUIRE_DATABASES)
    }
}

impl PgBouncer {
    /// Starts it in front of the server of `database`.
    ///
    /// # Errors
    /// If it is not installed.
    pub fn start(database: &PostgresDatabase, mode: PoolMode) -> Result<Self, Missing> {
        let program = installed()?;
        let keeps_statements = version(&program) >= PREPARED_STATEMENTS;
        let folder = temporary_folder("test-pgbouncer");
        hand_over(&folder);
        let watchdog =
            Watchdog::start(&folder, &folder.join("pid")).expect("the system has a shell");
        let mut pooler = Self {
            folder,
            port: 0,
            _watchdog: watchdog,
        };
        // Another process may take the port first.
        let started = (0..5).any(|_| {
            pooler.port = free_port();
            pooler.configure(database.port(), mode, keeps_statements);
            pooler.spawn(&program)
        });
        assert!(started, "PgBouncer does not start: {}", pooler.log());
        Ok(pooler)
    }

    /// As [`Self::start`], in transaction mode, with prepared statements.
    ///
    /// # Errors
    /// If it is not installed, or does not keep prepared statements in this mode.
    pub fn start_with_statements(database: &PostgresDatabase) -> Result<Self, Missing> {
        if version(&installed()?) < PREPARED_STATEMENTS {
            return Err(Missing {
                server: "PgBouncer 1.21",
                install: "see https://www.pgbouncer.org",
            });
        }
        Self::start(database, PoolMode::Transaction)
    }

    /// Returns the URL of a database, through the pooler.
    pub fn url(&self, database: &PostgresDatabase) -> String {
        let (from, to) = (database.port(), self.port);
        database
            .url()
            .replace(&format!(":{from}/"), &format!(":{to}/"))
    }

    fn configure(&self, server: u16, mode: PoolMode, keeps_statements: bool) {
        let folder = self.folder.display();
        let mode = match mode {
            PoolMode::Session => "session",
            PoolMode::Transaction => "transaction",
        };
        let statements = if keeps_statements {
            "max_prepared_statements = 200\n"
        } else {
            ""
        };
        let configuration = format!(
            "[databases]\n\
             * = host=127.0.0.1 port={server}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = trust\n\
             auth_file = {folder}/users\n\
             pidfile = {folder}/pid\n\
             pool_mode = {mode}\n\
             default_pool_size = {pool}\n\
             max_client_conn = 500\n\
             {statements}",
            port = self.port,
            // Every client of session mode needs a connection of its own.
            pool = if mode == "session" { 40 } else { 3 },
        );
        let write = |name: &str, text: &str| fs::write(self.folder.join(name), text);
        write("users", &format!("\"{USER}\" \"\"\n")).expect("the folder is ours");
        write("pgbouncer.ini", &configuration).expect("the folder is ours");
    }

    /// Returns whether it accepts connections.
    fn spawn(&self, program: &PathBuf) -> bool {
        let log = File::create(self.folder.join("log")).expect("the folder is ours");
        let mut command = Command::new(program);
        if is_root() {
            // As PostgreSQL, it refuses to run as root.
            command.args(["-u", unprivileged_user()]);
        }
        let mut process = command
            .arg(self.folder.join("pgbouncer.ini"))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("PgBouncer is installed");
        let mut exited = false;
        wait_until(START_TIMEOUT, || {
            exited = process.try_wait().is_ok_and(|status| status.is_some());
            exited || self.is_ready()
        });
        // Waits for its end, so that no zombie remains.
        std::thread::spawn(move || process.wait());
        !exited && self.is_ready()
    }

    fn is_ready(&self) -> bool {
        self.folder.join("pid").is_file()
            && std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

fn installed() -> Result<PathBuf, Missing> {
    find_program("pgbouncer", &[PathBuf::from("/usr/sbin")]).ok_or(Missing {
        server: "PgBouncer",
        install: INSTALL,
    })
}

/// Returns major and minor version.
fn version(program: &PathBuf) -> (u32, u32) {
    let output = Command::new(program).arg("--version").output();
    let output = output.expect("PgBouncer is installed").stdout;
    parse_version(&String::from_utf8_lossy(&output))
}

/// Parses `PgBouncer 1.18.0`.
fn parse_version(text: &str) -> (u32, u32) {
    let version = text.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_decides_whether_prepared_statements_are_kept() {
        let keeps = |text| parse_version(text) >= PREPARED_STATEMENTS;
        assert!(!keeps("PgBouncer 1.18.0\nlibevent 2.1.12-stable"));
        assert!(keeps("PgBouncer 1.21.0"));
        assert!(keeps("PgBouncer 1.25.2\n"));
        assert!(keeps("PgBouncer 2.0.0"));
    }
}
