//! Session stores for `axum-auth0`: implementations of [`Store`](axum_auth0_core::store::Store) on a database, one feature each.
//!
//! Feature `sqlite`, on by default: [`SqliteStore`].
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # async fn open() -> Result<(), axum_auth0_core::store::StoreError> {
//! use std::{path::Path, sync::Arc};
//!
//! use axum_auth0_core::store::SharedStore;
//! use axum_auth0_stores::SqliteStore;
//!
//! let store: SharedStore = Arc::new(SqliteStore::open(Path::new("data/sessions.db")).await?);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
