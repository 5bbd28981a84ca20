//! What differs between the browser and the server. Both files have the same functions.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
pub(crate) use browser::*;
#[cfg(feature = "ssr")]
pub(crate) use server::*;
