#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresOptions, PostgresStatus, PostgresStore};
#[cfg(feature = "redis")]
pub use self::redis::{RedisOptions, RedisServer, RedisStore, RedisWarning};
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
