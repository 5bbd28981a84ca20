//! One server. All commands share a connection.

use std::sync::{Arc, Mutex, PoisonError};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value,
    aio::MultiplexedConnection,
};
use tokio::sync::OnceCell;

use super::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT, RedisOptions};

/// Connects when the first command is sent, and after a failure when the next command is sent.
///
/// Not `ConnectionManager` of the client: it keeps a connection whose server does not respond, or has become a replica.
pub(super) struct Single {
    client: Client,
    config: AsyncConnectionConfig,
    current: Mutex<Arc<OnceCell<MultiplexedConnection>>>,
}

impl Single {
    pub(super) fn new(options: &RedisOptions) -> RedisResult<Self> {
        Ok(Self {
            client: options.client()?,
            config: config(),
            current: Mutex::default(),
        })
    }

    pub(super) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let current = Arc::clone(&self.current());
        let connect = || {
            self.client
                .get_multiplexed_async_connection_with_config(&self.config)
        };
        let mut connection = current.get_or_try_init(connect).await?.clone();
        let result = command.query_async(&mut connection).await;
        if result.as_ref().is_err_and(is_failure_of_connection) {
            let mut latest = self.current();
            if Arc::ptr_eq(&latest, &current) {
                *latest = Arc::default();
            }
        }
        result
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Arc<OnceCell<MultiplexedConnection>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bounds connecting and every response.
pub(in crate::redis) fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
}

/// Returns whether the next command needs a new connection, which may lead to another server after a failover.
fn is_failure_of_connection(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => {
            matches!(
                kind,
                ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown
            )
        }
        ErrorKind::Extension | ErrorKind::UnexpectedReturnType => false,
        _ => true,
    }
}
