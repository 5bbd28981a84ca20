//! The Tokens page, for development only: a tree of what a login holds on the server, from the login and its refresh token
//! to the access tokens of each API. Problems are shown at their place, with a fix.
//!
//! The server renders it and nothing of it runs in the browser: it is not hydrated and adds nothing to the site's WASM. It
//! contains no tokens, nor anything that reveals them.

pub mod api;
mod branch;
mod claims;
mod drawing;
mod fault;
mod life;
mod moment;
mod page;
mod scopes;
mod state;
mod token;

pub use page::{STYLE, STYLE_PATH, tokens_document};
