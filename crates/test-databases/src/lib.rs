//! Starts real database servers for tests, from installed programs, in temporary folders, on free ports.
//!
//! A server ends with the test process, even if that is killed. Without the programs, a test reports that it was not run, and
//! returns; with the variable `REQUIRE_DATABASES=1` it fails. `cargo xtask test` counts such tests as not run.

#![cfg(unix)]
#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "test code: a panic is a failed test"
)]

mod folder;
mod not_run;
pub mod postgres;
mod process;
mod programs;
pub mod redis;
mod watchdog;

pub use self::{
    folder::{allow_traversal, temporary_folder},
    not_run::{NOT_RUN_FILE, REQUIRE_DATABASES, REQUIRE_PROXIES, or_skip},
    postgres::{PostgresDatabase, PostgresServer},
    process::{free_port, kill, resume, stop, wait_until},
    programs::{Missing, find_program},
    redis::{RedisCluster, RedisServer},
    watchdog::Watchdog,
};
