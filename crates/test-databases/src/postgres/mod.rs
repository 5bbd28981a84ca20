//! `PostgreSQL`.

mod cluster;
mod database;
mod pgbouncer;
mod programs;
mod server;

pub use self::{
    database::PostgresDatabase,
    pgbouncer::{PgBouncer, PoolMode},
    programs::find,
    server::PostgresServer,
};

use std::sync::OnceLock;

use crate::{Missing, REQUIRE_DATABASES, or_skip};

/// The name of the superuser. It has no password: the server listens on the loopback interface and trusts it.
pub const USER: &str = "postgres";

/// Returns a new, empty database on a server that all tests of this process share. `None` if `PostgreSQL` is not installed.
pub fn database() -> Option<PostgresDatabase> {
    static SHARED: OnceLock<Result<PostgresServer, Missing>> = OnceLock::new();
    let server = SHARED.get_or_init(PostgresServer::start);
    Some(
        or_skip(
            server.as_ref().map_err(|missing| *missing),
            REQUIRE_DATABASES,
        )?
        .create_database(),
    )
}

/// Starts a server for one test, which may stop, kill and restart it. `None` if `PostgreSQL` is not installed.
pub fn server() -> Option<PostgresServer> {
    or_skip(PostgresServer::start(), REQUIRE_DATABASES)
}
