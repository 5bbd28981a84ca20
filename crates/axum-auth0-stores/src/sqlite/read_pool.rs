//! The connections that read.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum_auth0_core::store::StoreError;
use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    error::{is_busy, store_error},
    file::BUSY_TIMEOUT,
    task,
};

/// How long a read waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections that read. While idle, they do not wait for locks.
#[derive(Clone, Debug)]
pub(super) struct ReadPool {
    idle: Arc<Mutex<Vec<Connection>>>,
    /// One for each connection.
    permits: Arc<Semaphore>,
}

impl ReadPool {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(connections.len())),
            idle: Arc::new(Mutex::new(connections)),
        }
    }

    /// Runs a query that takes microseconds on this thread: two changes of threads would take many times as long. A reader of
    /// a WAL does not wait for writers; in the rare cases in which it has to wait, it does so on a thread for blocking work.
    pub(super) async fn lookup<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.acquire().await?;
        let result = query(&connection);
        match result {
            Err(error) if is_busy(&error) => wait_and_run(connection, query).await,
            result => result.map_err(store_error),
        }
    }

    /// Runs a query that may take longer on a thread for blocking work.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        wait_and_run(self.acquire().await?, query).await
    }

    #[cfg(test)]
    pub(super) fn idle_connections(&self) -> usize {
        lock(&self.idle).len()
    }

    async fn acquire(&self) -> Result<PooledConnection, StoreError> {
        let permit = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError("timed out while waiting for other reads".to_owned()))?
            .map_err(|error| StoreError(error.to_string()))?;
        Ok(PooledConnection {
            // The last one first: its pages are in the caches.
            connection: lock(&self.idle).pop(),
            idle: Arc::clone(&self.idle),
            _permit: permit,
        })
    }
}

async fn wait_and_run<T: Send + 'static>(
    connection: PooledConnection,
    query: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    task::run(move || {
        connection
            .busy_timeout(BUSY_TIMEOUT)
            .and_then(|()| query(&connection))
            .map_err(store_error)
    })
    .await
}

/// A connection that returns to the pool when it is dropped: after a panic too, and if the future is dropped.
struct PooledConnection {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// Released after the connection is back.
    _permit: OwnedSemaphorePermit,
}

impl Deref for PooledConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a permit stands for a connection, which is here until the drop")
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A lookup must not block the thread of a task. SQLite cannot fail to remove its timeout.
            let _ = connection.busy_timeout(Duration::ZERO);
            lock(&self.idle).push(connection);
        }
    }
}

fn lock(idle: &Mutex<Vec<Connection>>) -> MutexGuard<'_, Vec<Connection>> {
    // Each change of the list is one push or pop, so that of a poisoned lock is complete.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
