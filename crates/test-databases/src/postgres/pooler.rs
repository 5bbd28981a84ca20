//! `PgBouncer`, a pooler of connections.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
    time::Duration,
};

use super::programs;
use crate::{
    Watchdog,
    folder::temporary_folder,
    process::{free_port, wait_until},
    programs::find_program,
};

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A pooler before a database. It ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct PgBouncer {
    process: Child,
    url: String,
    /// Dropped last.
    _watchdog: Watchdog,
}

impl PgBouncer {
    /// Starts `PgBouncer` in a mode: `session` or `transaction`. `None` if it is not installed; no test requires it.
    ///
    /// # Panics
    /// If it does not start, or if `database` is no URL of a database.
    pub(super) fn start(database: &str, mode: &str) -> Option<Self> {
        let Some(program) = find_program("pgbouncer", &[PathBuf::from("/usr/sbin")]) else {
            eprintln!("not run: PgBouncer is not installed");
            return None;
        };
        let (_, address) = database.rsplit_once(':').expect("the URL has a port");
        let (server, name) = address.split_once('/').expect("the URL has a database");
        let folder = temporary_folder("test-pgbouncer");
        let pid_file = folder.join("pid");
        let watchdog = Watchdog::start(&folder, &pid_file).expect("the system has a shell");
        let port = free_port();
        let config = format!(
            "[databases]\n{name} = host=127.0.0.1 port={server} user={}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {mode}\nignore_startup_parameters = extra_float_digits\npidfile = {}\n",
            super::USER,
            pid_file.display(),
        );
        let path = folder.join("pgbouncer.ini");
        fs::write(&path, config).expect("the folder is ours");
        programs::hand_over(&folder);
        let parent = program.parent().expect("a program is in a folder");
        let mut pgbouncer = programs::command(parent, "pgbouncer");
        pgbouncer.arg("-q").arg(&path).stdin(Stdio::null());
        let process = pgbouncer.spawn().expect("PgBouncer is installed");
        let is_ready = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        assert!(
            wait_until(START_TIMEOUT, is_ready),
            "PgBouncer does not start"
        );
        Some(Self {
            process,
            url: format!("postgres://{}@127.0.0.1:{port}/{name}", super::USER),
            _watchdog: watchdog,
        })
    }

    /// Returns the URL of the database, with which sqlx prepares no statements that outlast a transaction.
    pub fn url(&self) -> String {
        format!("{}?statement-cache-capacity=0", self.url)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
