//! Where the database is, and how many connections there are.

use std::{fmt, str::FromStr as _, time::Duration};

use axum_auth0_core::store::StoreError;
use sqlx::postgres::PgConnectOptions;

use super::error::store_error;

/// Settings of a [`PostgresStore`](super::PostgresStore).
///
/// `Debug` shows neither the password nor any other part of the URL.
#[derive(Clone)]
#[non_exhaustive]
pub struct PostgresOptions {
    pub(super) connect: PgConnectOptions,
    /// Maximum number of connections of this process; 10 by default.
    pub max_connections: u32,
    /// How long an operation waits for a connection; 3 seconds by default.
    pub acquire_timeout: Duration,
    /// How long a statement may take; 5 seconds by default. The server cancels it; if the server does not answer, the connection is
    /// closed shortly after.
    pub statement_timeout: Duration,
}

impl PostgresOptions {
    /// Reads a URL: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`. What the URL does not say is read from the
    /// variables of libpq, such as `PGPASSWORD` and `PGSSLROOTCERT`, and from its password file.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the URL is not valid. The message does not repeat it.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        let connect = PgConnectOptions::from_str(url).map_err(|error| store_error(&error))?;
        Ok(Self {
            // PgBouncer refuses this parameter by default, and no column is a float.
            connect: connect.extra_float_digits(None),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(5),
        })
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .finish_non_exhaustive()
    }
}
