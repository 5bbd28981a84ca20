//! The sample site: pages, components and server functions.
//!
//! Compiled twice: with `hydrate` for the browser, with `ssr` for the server. To follow one request, read
//! `pages/products/list.rs`, `api/products.rs` and `server/products_client.rs`, in this order.
//!
//! `half` selects the code for browser or server, `stage` the code for development or release.

// Without `--cfg erase_components`, the nesting depth of a page's type is that of the page.
#![recursion_limit = "256"]

pub mod api;
#[expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]
mod app;
#[expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]
mod components;
#[cfg(debug_assertions)]
mod development;
mod error;
mod forms;
mod half;
mod models;
#[expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]
mod pages;
pub mod paths;
#[cfg(not(debug_assertions))]
mod release;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(debug_assertions)]
use development as stage;
#[cfg(not(debug_assertions))]
use release as stage;

pub use app::App;
pub use error::{AppError, Field, InvalidField, InvalidReason};
pub use paths::{PROTECTED_PATHS, SERVER_PATHS};
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use stage::GUARDED_PATHS;
