//! Logging in: the authorization code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700).
//!
//! [`start`] sends the browser to the provider with a [`transaction`] in a cookie of its own; [`callback`] takes it
//! back, once, and makes a session of it.

mod callback;
mod callback_locks;
mod claims;
mod complete;
mod error;
mod new_login;
mod parameters;
mod start;
mod state;
mod transaction;
mod unclaimed;

pub(crate) use self::{
    callback::callback, callback_locks::CallbackLocks, start::start, state::LoginState,
};
