//! The sample site: what the person in the browser sees.
//!
//! Compiled twice: with `hydrate` for the browser, with `ssr` for the server. To follow one request, read
//! `pages/products/list.rs`, `api/products.rs` and `server/products_client.rs`, in this order.
//!
//! `cfg` appears in this file only: the two halves, and the two stages, offer the same few functions to the rest of the
//! crate.

// The type of a page is as deep as the page; without `--cfg erase_components` it is all there.
#![recursion_limit = "256"]

pub mod api;
#[expect(
    unreachable_pub,
    reason = "the component macro writes a second, public function beside each"
)]
mod app;
#[cfg(not(feature = "ssr"))]
mod browser;
#[expect(
    unreachable_pub,
    reason = "the component macro writes a second, public function beside each"
)]
mod components;
#[cfg(debug_assertions)]
mod development;
mod error;
mod forms;
#[expect(
    unreachable_pub,
    reason = "the component macro writes a second, public function beside each"
)]
mod pages;
pub mod paths;
#[cfg(not(debug_assertions))]
mod release;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(feature = "ssr", debug_assertions))]
pub mod tokens_page;

#[cfg(not(feature = "ssr"))]
use browser as half;
#[cfg(debug_assertions)]
use development as stage;
#[cfg(not(debug_assertions))]
use release as stage;
#[cfg(feature = "ssr")]
use server::half;

pub use app::App;
pub use error::{AppError, Field, FieldFault, InvalidField};
pub use paths::{PROTECTED_PATHS, SERVER_PATHS};
#[cfg(feature = "ssr")]
pub use server::shell;
pub use stage::GUARDED_PATHS;
