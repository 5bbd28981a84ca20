//! The tests that every [`Store`](axum_auth0_core::store::Store) passes.
//!
//! [`contract_tests!`](crate::contract_tests) makes one test of each. A store of an application has a test file such as this:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum_auth0_core::store::MemoryStore;
//! use axum_auth0_stores::contract::StoreUnderTest;
//!
//! async fn open() -> StoreUnderTest {
//!     StoreUnderTest::new(Arc::new(MemoryStore::default()))
//! }
//!
//! axum_auth0_stores::contract_tests!(clock: injected, open);
//! # fn main() {}
//! ```
//!
//! `open` is called once for each test and returns a store on an empty database. If it returns `None` instead of
//! `Some(StoreUnderTest)`, for example because no database server is installed, the test passes without a check.
//!
//! - `clock: injected` is for a store that compares times with the argument `now` alone. Its tests include the exact second of
//!   every expiry.
//! - `clock: server` is for a store that decides by the clock of its server whether a lease or a row has expired, as it must if replicas run on
//!   several hosts. Its tests include replicas whose clocks are an hour apart. The clocks of the test and of the server may
//!   differ by a minute.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "tests: a panic is a failed test"
)]

mod macros;
mod run;

#[doc(hidden)]
pub mod changes;
#[doc(hidden)]
pub mod cleanup;
#[doc(hidden)]
pub mod clock_skew;
#[doc(hidden)]
pub mod deletion;
#[doc(hidden)]
pub mod expiry;
#[doc(hidden)]
pub mod find_logins;
#[doc(hidden)]
pub mod leases;
#[doc(hidden)]
pub mod logins;
#[doc(hidden)]
pub mod records;
#[doc(hidden)]
pub mod swaps;
#[doc(hidden)]
pub mod transactions;

#[doc(hidden)]
pub use self::run::run;
pub use self::run::{Clock, Contract, StoreUnderTest};
