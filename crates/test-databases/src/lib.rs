//! Starts real database servers for tests, from installed programs, in temporary folders, on free ports.
//!
//! A server ends with the test process, even if that is killed. Without the programs, a test prints that it was not run, and
//! passes; with the variable `REQUIRE_DATABASES=1` it fails.

#![cfg(unix)]
#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "test code: a panic is a failed test"
)]

mod folder;
pub mod postgres;
mod process;
mod programs;
pub mod redis;
mod watchdog;

pub use self::{
    folder::{allow_traversal, temporary_folder},
    postgres::{PostgresDatabase, PostgresServer},
    process::{free_port, kill, resume, stop, wait_until},
    programs::{Missing, find_program},
    redis::{RedisCluster, RedisServer},
    watchdog::Watchdog,
};

/// The variable that makes a missing database server a failure.
pub const REQUIRE_DATABASES: &str = "REQUIRE_DATABASES";

/// Returns the server, or `None` after printing that the test was not run.
///
/// # Panics
/// If the server is missing and `REQUIRE_DATABASES=1`.
pub fn or_skip<T>(server: Result<T, Missing>) -> Option<T> {
    match server {
        Ok(server) => Some(server),
        Err(missing) => {
            let required = std::env::var(REQUIRE_DATABASES).is_ok_and(|value| value == "1");
            assert!(!required, "{missing}, and {REQUIRE_DATABASES}=1");
            eprintln!("not run: {missing}");
            None
        }
    }
}
