//! Server functions, one file per resource. Each one starts with a guard, followed by a few lines.

mod listing;
pub mod orders;
pub mod products;

pub(crate) use listing::Listing;
