//! A database, and the programs of `PostgreSQL` that read it.

use std::{path::PathBuf, process::Stdio};

use super::{cluster::check, programs::command};

/// A database on a server.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    programs: PathBuf,
    url: String,
}

impl PostgresDatabase {
    pub(super) fn new(programs: PathBuf, url: String) -> Self {
        Self { programs, url }
    }

    /// Returns the URL: `postgres://postgres@127.0.0.1:PORT/NAME`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the port of the server.
    pub(super) fn port(&self) -> u16 {
        let (_, rest) = self.url.rsplit_once(':').unwrap_or_default();
        let port = rest.split('/').next().unwrap_or_default();
        port.parse().expect("the URL has a port")
    }

    /// Runs SQL statements with `psql`, and returns the values of the result: columns separated by `|`, rows by line breaks.
    pub fn execute(&self, sql: &str) -> String {
        self.run(
            "psql",
            &["--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql],
        )
    }

    /// Returns the whole database as SQL: the output of `pg_dump`.
    pub fn dump(&self) -> String {
        self.run("pg_dump", &[])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = command(&self.programs, program);
        let output = command
            .args(arguments)
            .arg(&self.url)
            .stdin(Stdio::null())
            .output()
            .expect("the programs of PostgreSQL are installed");
        check(program, &output);
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }
}
