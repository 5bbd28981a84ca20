//! The sample site.
//!
//! The server renders the pages (`app`, `pages`, `components`). The browser runs the `islands`, the parts of a page that
//! react to input. Both call the server functions of `api`. To follow one request, read `pages/products/list.rs`,
//! `api/products.rs` and `server/products_client.rs`, in this order.
//!
//! Compiled twice: with `ssr` for the server, with `hydrate` for the browser.

// Without `--cfg erase_components`, the nesting depth of a page's type is that of the page.
#![recursion_limit = "256"]
#![expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]

pub mod api;
#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
mod components;
mod error;
mod islands;
mod models;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use app::App;
pub use error::{AppError, Field, InvalidField, InvalidReason};
#[cfg(feature = "ssr")]
pub use shell::{InlineStylesheet, shell};
