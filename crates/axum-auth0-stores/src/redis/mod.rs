//! A store in Redis, one server or a cluster.
//!
//! A login and a session record are one key each, which Redis deletes at its end. Every command and script touches one key,
//! so that keys can be on any node. Conditions and clocks are those of the server.

mod changes;
mod connection;
mod idle;
mod index;
mod keys;
mod options;
mod row;
mod script;
mod server;
mod store;

use std::{fmt, sync::Arc};

use axum_auth0_core::store::StoreError;
use redis::{Cmd, cmd};

use self::{connection::Connection, keys::Keys};
pub use self::{
    options::RedisOptions,
    server::{RedisServer, RedisWarning},
};

/// The number of the schema that this version reads and writes.
const SCHEMA: i64 = 1;

/// Stores everything in Redis 6.2 or later.
///
/// No method waits longer than about three seconds. A change whose outcome is unknown is an error.
#[derive(Clone)]
pub struct RedisStore {
    connection: Arc<Connection>,
    keys: Keys,
}

impl RedisStore {
    /// Connects to the server, or to the cluster of which it is a node. Logs with which of its settings sessions can be
    /// lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the server does not respond, is too old or a replica, or has data of a newer schema.
    pub async fn connect(options: RedisOptions) -> Result<Self, StoreError> {
        let server = RedisServer::inspect(&options).await?;
        for warning in &server.warnings {
            tracing::warn!(address = options.address, "{warning}");
        }
        let keys = Keys::new(options.prefix.clone());
        let connection = Arc::new(Connection::open(options, server.is_cluster).await?);
        let store = Self { connection, keys };
        store.check_schema().await?;
        Ok(store)
    }

    async fn check_schema(&self) -> Result<(), StoreError> {
        let key = self.keys.schema();
        let mut set = command("SET", &key);
        set.arg(SCHEMA).arg("NX");
        let _: Option<String> = self.connection.write(&set).await?;
        let schema: Option<i64> = self.connection.read(&command("GET", &key)).await?;
        match schema {
            Some(newer) if newer > SCHEMA => Err(StoreError(format!(
                "Redis at {} has data of a newer version (schema {newer}, this version knows {SCHEMA})",
                self.connection.options().address
            ))),
            _ => Ok(()),
        }
    }

    /// Returns the time of the server that has the key.
    async fn server_time(&self, key: &str) -> Result<i64, StoreError> {
        self.connection.script(&script::SERVER_TIME, key, &[]).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("options", self.connection.options())
            .field("is_cluster", &self.connection.is_cluster())
            .finish_non_exhaustive()
    }
}

/// Provides the cryptography of TLS, unless the application did.
fn install_crypto_provider() {
    // An error means that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn command(name: &str, key: &str) -> Cmd {
    let mut command = cmd(name);
    command.arg(key);
    command
}
