//! Login: the authorization code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700).
//!
//! [`start()`] redirects the browser to the provider and sets a cookie with a [`transaction`]. [`callback()`] consumes
//! the transaction once and creates a session.

mod authorization_response;
mod callback;
mod callback_locks;
mod claims;
mod complete;
mod error;
mod error_log;
mod error_page;
mod hooks;
mod new_session;
mod outcome;
mod parameters;
mod replace_session;
mod requirements;
mod start;
mod state;
mod state_parameter;
mod third_party;
mod transaction;
mod transaction_cookie;
mod unclaimed;
mod userinfo;

#[cfg(feature = "testing")]
pub(crate) use self::claims::remove_protocol_claims;
pub(crate) use self::{
    callback::callback, callback_locks::CallbackLocks, hooks::Hooks, start::start,
    state::LoginState, third_party::initiate,
};
pub use self::{
    hooks::HookError,
    new_session::NewSession,
    outcome::{CallbackOutcome, LoginFailure, LoginFailureKind},
    parameters::LOGIN_PARAMETERS,
};
