//! A user's tokens: kept sealed at the server, verified before use, refreshed when needed, never lost.
//!
//! The way of one call: [`access_token`](Tokens::access_token) looks for a held token that fits; if there is none, a
//! [`refresh`] runs, one at a time for each login; its answer is stored before anybody uses it.

mod access;
mod answer;
mod endpoint;
mod error;
mod held;
mod refresh;
mod set;

pub use self::error::TokenError;
pub(crate) use self::{
    access::Tokens,
    answer::{EndpointError, TokenAnswer},
    endpoint::TokenEndpoint,
    held::{HeldToken, Want},
    set::{Asked, TokenSet},
};

/// What a caller can ask beside the API itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// Get a new token although the held one looks good: after the API answered 401 `invalid_token` to it.
    pub force_refresh: bool,
    /// The scopes that this call needs; those of the API where empty.
    pub scopes: &'static [&'static str],
}
