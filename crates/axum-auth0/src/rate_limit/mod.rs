//! Rate limits per client address.
//!
//! A limit protects against one client, not against many: those are the subject of load shedding. Each process counts on
//! its own, and a network of addresses counts as one client (`client_network.rs`).

mod bounded_state;
mod client_network;
mod layer;
mod limiter;

pub(crate) use self::layer::{RouteLimit, limit_rate};
