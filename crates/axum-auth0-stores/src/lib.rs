#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresOptions, PostgresStatus, PostgresStore};
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
