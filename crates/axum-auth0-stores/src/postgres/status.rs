//! The state of a database, for a check of the configuration.

use std::time::{Duration, Instant};

use axum_auth0_core::store::StoreError;
use sqlx::{PgConnection, query_scalar};
use tokio::time::timeout;

use super::{pool::Connections, schema};

const TIMEOUT: Duration = Duration::from_secs(5);

/// The state of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresStatus {
    /// The version of the tables; `None` if the store creates them at its start.
    pub schema: Option<usize>,
    /// The version that this program has.
    pub known_schema: usize,
    /// Whether the user may write: the server is no standby, and the tables exist or can be created.
    pub is_writable: bool,
    /// The time of the server, in seconds since 1970-01-01T00:00:00Z.
    pub server_time: i64,
    /// The time of one statement on an open connection.
    pub round_trip: Duration,
}

pub(super) async fn read(connections: &Connections) -> Result<PostgresStatus, StoreError> {
    let mut connection = connections.acquire().await?;
    let result = timeout(TIMEOUT, query(connection.get())).await;
    connection.complete(result)
}

async fn query(connection: &mut PgConnection) -> sqlx::Result<PostgresStatus> {
    let schema = schema::version(connection).await?;
    let rights = if schema.is_some() {
        "SELECT NOT pg_is_in_recovery() AND has_table_privilege('auth0_logins', 'INSERT') \
         AND has_table_privilege('auth0_logins', 'UPDATE') AND has_table_privilege('auth0_logins', 'DELETE')"
    } else {
        "SELECT NOT pg_is_in_recovery() AND coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
    };
    let is_writable = query_scalar(rights).fetch_one(&mut *connection).await?;
    let time = "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint";
    let server_time = query_scalar(time).fetch_one(&mut *connection).await?;
    // The second time, the statement is prepared.
    let start = Instant::now();
    let _: i64 = query_scalar(time).fetch_one(&mut *connection).await?;
    Ok(PostgresStatus {
        schema,
        known_schema: schema::STEPS.len(),
        is_writable,
        server_time,
        round_trip: start.elapsed(),
    })
}
