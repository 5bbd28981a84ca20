//! Server functions, one file per resource. Each one starts with a guard.

mod listing;
pub mod orders;
pub mod products;

pub(crate) use listing::Listing;
