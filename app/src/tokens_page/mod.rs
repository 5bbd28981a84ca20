//! The Tokens page, for development only: a drawing of what a login holds at the server, from the login over the refresh
//! token to the access token of each API. What is wrong is named where it is, with its fix.
//!
//! The server draws it and nothing of it runs in the browser: no hydration, and no byte of it in the site's WASM. Tokens
//! are not on it, nor anything that they could be made from.

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
