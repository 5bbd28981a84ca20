//! Server functions, one file per resource. Each one begins with a guard; what follows is a few lines.

mod listing;
pub mod orders;
pub mod products;

pub(crate) use listing::Listing;
