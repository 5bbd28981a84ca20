//! Logging in: the authorization code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700).
//!
//! [`start`] sends the browser to the provider with a [`transaction`] in a cookie of its own; [`callback`] takes it
//! back, once, and makes a session of it.

mod authorization_url;
mod callback;
mod claims;
mod complete;
pub(crate) mod id_token;
mod new_login;
mod parameters;
mod refusal;
mod running;
mod start;
mod transaction;
mod undelivered;

pub use self::id_token::IdTokenError;
pub(crate) use self::{
    authorization_url::{AuthorizationRequest, audiences},
    callback::callback,
    running::RunningCallbacks,
    start::{no_content, see_other, start},
};

/// Where a login begins.
pub const LOGIN_PATH: &str = "/auth/login";

/// Where the provider sends the browser back to; registered there.
pub const CALLBACK_PATH: &str = "/auth/callback";
