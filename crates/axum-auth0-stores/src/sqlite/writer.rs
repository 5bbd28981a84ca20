//! The connection that writes.

use std::{sync::Arc, time::Duration};

use axum_auth0_core::store::StoreError;
use rusqlite::Connection;
use tokio::{sync::Mutex, time::timeout};

use super::{error::store_error, task};

/// How long a write waits for the writes before it.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The one connection that writes.
#[derive(Clone, Debug)]
pub(super) struct Writer(Arc<Mutex<Connection>>);

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    /// Runs `change` on a thread for blocking work, because a commit waits for the disk. A change that has begun runs to its end
    /// even if the future is dropped, and later changes wait for it.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let lock = Arc::clone(&self.0).lock_owned();
        let mut connection = timeout(ACQUIRE_TIMEOUT, lock)
            .await
            .map_err(|_| StoreError("timed out while waiting for other writes".to_owned()))?;
        task::run(move || {
            roll_back(&connection)
                .and_then(|()| change(&mut connection))
                .map_err(store_error)
        })
        .await
    }
}

/// Ends a transaction that is still open because its rollback failed. Later changes would become a part of it.
fn roll_back(connection: &Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() {
        return Ok(());
    }
    connection.execute_batch("ROLLBACK")
}
