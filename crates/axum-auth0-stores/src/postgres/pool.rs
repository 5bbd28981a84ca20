//! The connections. Every operation ends within a bounded time.

use std::{io::ErrorKind, time::Duration};

use axum_auth0_core::store::StoreError;
use sqlx::{
    Connection as _, PgConnection, Postgres,
    pool::PoolConnection,
    postgres::{PgArguments, PgPool, PgPoolOptions, PgRow},
    query::Query,
};
use tokio::time::{error::Elapsed, timeout};

use super::{
    error::{is_connection_lost, store_error},
    options::PostgresOptions,
};

pub(super) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// A connection that was idle for this long is tested before its next use: the server may have been restarted. Others are not,
/// because the test is a round trip.
const TEST_AFTER: Duration = Duration::from_secs(1);
/// The time for the answer of a server that cancels a statement at its limit.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Connections {
    pool: PgPool,
    limit: Duration,
}

impl Connections {
    /// Connects when the first statement runs.
    pub(super) fn new(options: PostgresOptions) -> Self {
        let milliseconds = options.statement_timeout.as_millis().to_string();
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|connection, metadata| {
                Box::pin(async move {
                    if metadata.idle_for < TEST_AFTER {
                        return Ok(true);
                    }
                    Ok(connection.ping().await.is_ok())
                })
            })
            // Not a parameter of the connection: poolers such as PgBouncer refuse those that they do not know.
            .after_connect(move |connection, _| {
                let milliseconds = milliseconds.clone();
                Box::pin(async move {
                    sqlx::query("SELECT set_config('statement_timeout', $1, false)")
                        .persistent(false)
                        .bind(milliseconds)
                        .execute(connection)
                        .await
                        .map(drop)
                })
            })
            .connect_lazy_with(options.connect);
        Self {
            pool,
            limit: options.statement_timeout + GRACE,
        }
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) async fn execute(&self, statement: Statement<'_>) -> Result<u64, StoreError> {
        let mut connection = self.acquire().await?;
        let result = timeout(self.limit, statement.execute(connection.get())).await;
        let done = connection.complete(result)?;
        Ok(done.rows_affected())
    }

    /// Runs a statement and returns its rows. It is complete, and an error of its commit is an error.
    pub(super) async fn rows(&self, statement: Statement<'_>) -> Result<Vec<PgRow>, StoreError> {
        let mut connection = self.acquire().await?;
        let result = timeout(self.limit, statement.fetch_all(connection.get())).await;
        connection.complete(result)
    }

    pub(super) async fn acquire(&self) -> Result<Lent, StoreError> {
        let connection = self.pool.acquire().await;
        Ok(Lent {
            connection: connection.map_err(|error| store_error(&error))?,
            is_usable: false,
        })
    }
}

/// A connection in use. It is closed unless its statement completed: if the server does not answer, or if the client of the site hung
/// up, the pool would wait for the rest of an answer.
pub(super) struct Lent {
    connection: PoolConnection<Postgres>,
    is_usable: bool,
}

impl Lent {
    pub(super) fn get(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Returns the connection to the pool if the result says that it still works.
    pub(super) fn complete<T>(
        mut self,
        result: Result<sqlx::Result<T>, Elapsed>,
    ) -> Result<T, StoreError> {
        let result = result.unwrap_or_else(|_| {
            let error = std::io::Error::new(ErrorKind::TimedOut, "the server does not answer");
            Err(sqlx::Error::Io(error))
        });
        self.is_usable = !matches!(&result, Err(error) if is_connection_lost(error));
        result.map_err(|error| store_error(&error))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.is_usable {
            self.connection.close_on_drop();
        }
    }
}
