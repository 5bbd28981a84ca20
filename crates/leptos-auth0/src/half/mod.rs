//! Platform functions. The modules for browser and server provide the same functions to the rest of the crate.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
pub(crate) mod server;

#[cfg(not(feature = "ssr"))]
pub use browser::*;
#[cfg(feature = "ssr")]
pub use server::*;
