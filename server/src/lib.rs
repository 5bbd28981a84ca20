//! The server of the sample site: configuration, router, layers, telemetry. The logic is in `app` and `axum-auth0`.

// Without `--cfg erase_components`, the nesting depth of a page's type is that of the page.
#![recursion_limit = "256"]

mod compression;
pub mod connections;
#[cfg(debug_assertions)]
pub mod dev_sign_in;
pub mod doctor;
pub mod files;
mod headers;
mod health;
mod inline_stylesheet;
pub mod limits;
pub mod load_shedding;
#[cfg(any(debug_assertions, feature = "local-services"))]
pub mod local;
#[cfg(feature = "metrics")]
pub mod metrics;
pub mod options;
pub mod revoke_sessions;
pub mod shutdown;
mod signals;
pub mod site;
pub mod telemetry;
#[cfg(debug_assertions)]
mod tokens_page;
