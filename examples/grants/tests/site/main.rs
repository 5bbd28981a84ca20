//! The example with a local tenant, and with APIs that verify its tokens.
#![expect(clippy::unwrap_used, reason = "tests")]

mod approval;
mod calendar;
mod env;
mod exchange;
mod foreign_provider;
mod shop;
mod stock;
