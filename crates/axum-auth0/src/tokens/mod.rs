//! A user's tokens: kept sealed at the server, verified before use, refreshed when needed, never lost.
//!
//! The way of one call: [`access_token`](Tokens::access_token) looks for a held token that [`serves`](Demand); if there is
//! none, a [`refresh`] runs, one at a time for each login over all replicas; its answer is stored before anybody uses it.

mod access;
mod access_token;
mod api_registry;
mod backoff;
mod demand;
mod error;
mod failure;
mod flight;
mod give_up;
mod held;
mod lease;
mod options;
mod overview;
mod provider_backoff;
mod refresh;
mod revocation;
mod set;
mod settle;

pub(crate) use self::{
    access::Tokens,
    api_registry::ApiRegistry,
    held::{CachedToken, TokenRequest},
    set::{LogoutTokens, RequestedGrant, TokenSet},
};
pub use self::{
    access_token::AccessToken,
    error::TokenError,
    options::{TokenFingerprint, TokenOptions},
    overview::{ApiOverview, CachedTokenOverview, TokensOverview},
};
