//! Logging in: the authorization code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700).
//!
//! [`start`] sends the browser to the provider with a [`transaction`] in a cookie of its own; [`callback`] takes it
//! back, once, and makes a session of it.

mod authorization_url;
mod callback;
mod callback_locks;
mod claims;
mod complete;
mod error;
pub(crate) mod id_token;
mod new_login;
mod parameters;
mod start;
mod state;
mod transaction;
mod unclaimed;

pub use self::id_token::IdTokenError;
pub(crate) use self::{
    authorization_url::{AuthorizationRequest, audiences},
    callback::callback,
    callback_locks::CallbackLocks,
    start::start,
    state::LoginState,
};
