//! A Leptos application with an error type of its own.
//!
//! `error` has the type, `functions` the server functions that return it, `page` a `Resource` and an `ActionForm` that
//! show it, and `server` the router. `examples/minimal-leptos` is a whole site, with its entry points.

#![expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]

mod error;
mod functions;
mod page;
#[cfg(feature = "ssr")]
pub mod products_api;
#[cfg(feature = "ssr")]
pub mod server;

pub use error::AppError;
pub use page::App;
