//! Streams requests of the site's scripts to an API, with the user's access token.
//!
//! Everything is closed by default: a request must match an allowed method and path, come from this site and belong to a
//! signed-in user before a token is obtained. Of the headers, only those in the lists of `header_names.rs` pass.

mod allowed;
mod api_request;
mod api_response;
mod builder;
mod forward;
mod header_names;
mod headers;
mod location;
mod open_streams;
mod path;
mod refusal;
mod relay;
mod request_body;
mod settings;
mod stream_end;
mod tunnel;
mod websocket;

pub use self::builder::Proxy;
