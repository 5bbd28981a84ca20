//! Platform functions. The modules for browser and server provide the same functions to the rest of the app.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
pub(crate) use browser::*;
#[cfg(feature = "ssr")]
pub(crate) use server::*;
