//! The session store of the replicas.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use test_databases::PostgresServer;

use crate::program::Program;

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The kind of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreKind {
    Postgres,
    Redis,
    Sqlite,
}

impl StoreKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Sqlite => "SQLite",
        }
    }

    pub(crate) fn has_process(self) -> bool {
        self != Self::Sqlite
    }
}

/// A running store.
#[derive(Debug)]
pub(crate) enum Store {
    Postgres(Box<PostgresServer>),
    Redis(Box<Program>, SocketAddr),
    Sqlite,
}

impl Store {
    /// Starts a store with an empty database. Returns it with its URL.
    pub(crate) fn start(kind: StoreKind, folder: &Path) -> io::Result<(Self, String)> {
        match kind {
            StoreKind::Postgres => start_postgres(),
            StoreKind::Redis => start_redis(folder),
            StoreKind::Sqlite => {
                let file = folder.join("sessions.db");
                Ok((Self::Sqlite, format!("sqlite:{}", file.display())))
            }
        }
    }

    /// Kills all processes of the store.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::Postgres(server) => server.kill(),
            Self::Redis(program, _) => program.kill(),
            Self::Sqlite => {}
        }
    }

    /// Starts the store again after [`Self::kill`], and waits until it accepts connections.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        match self {
            Self::Postgres(server) => {
                server.restart();
                Ok(())
            }
            Self::Redis(program, address) => {
                program.start()?;
                wait_until_open(*address)
            }
            Self::Sqlite => Ok(()),
        }
    }

    pub(crate) fn pause(&self) {
        match self {
            Self::Postgres(server) => server.pause(),
            Self::Redis(program, _) => program.pause(),
            Self::Sqlite => {}
        }
    }

    pub(crate) fn resume(&self) {
        match self {
            Self::Postgres(server) => server.resume(),
            Self::Redis(program, _) => program.resume(),
            Self::Sqlite => {}
        }
    }
}

/// Starts a `PostgreSQL` whose commits survive a crash, unlike those of the servers of other tests.
fn start_postgres() -> io::Result<(Store, String)> {
    let server =
        PostgresServer::start().map_err(|missing| io::Error::other(missing.to_string()))?;
    let database = server.create_database();
    database.execute("ALTER SYSTEM SET fsync = on");
    database.execute("ALTER SYSTEM SET full_page_writes = on");
    // The settings are read at the start.
    server.kill();
    server.restart();
    if database.execute("SHOW fsync").trim() != "on" {
        return Err(io::Error::other("PostgreSQL runs without fsync"));
    }
    let url = database.url().to_owned();
    Ok((Store::Postgres(Box::new(server)), url))
}

/// Starts a Redis that writes every change to its file before it answers.
fn start_redis(folder: &Path) -> io::Result<(Store, String)> {
    let data = folder.join("redis");
    std::fs::create_dir_all(&data)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let mut command = Command::new("redis-server");
    command.current_dir(&data).args([
        "--port",
        &address.port().to_string(),
        "--bind",
        "127.0.0.1",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
    ]);
    let mut program = Program::new("redis", command, folder)?;
    program.start().map_err(|error| {
        io::Error::other(format!(
            "{error}; install it with: apt-get install redis-server (macOS: brew install redis)"
        ))
    })?;
    wait_until_open(address)?;
    Ok((
        Store::Redis(Box::new(program), address),
        format!("redis://{address}"),
    ))
}

/// Returns a port on which nothing listens.
pub(crate) fn free_port() -> io::Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Waits until something listens.
pub(crate) fn wait_until_open(address: SocketAddr) -> io::Result<()> {
    let start = Instant::now();
    while TcpStream::connect_timeout(&address, Duration::from_millis(250)).is_err() {
        if start.elapsed() > START_TIMEOUT {
            let error = format!("nothing listens on {address}; see the logs");
            return Err(io::Error::other(error));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
