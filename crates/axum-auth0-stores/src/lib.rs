//! Stores for `axum-auth0`, one feature each: what implements [`Store`](axum_auth0_core::store::Store) on a database.
//!
//! Feature `sqlite`: [`SqliteStore`], the default of a site.

#![warn(missing_docs)]

#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
