//! A user's tokens: kept sealed at the server, verified before use, refreshed when needed, never lost.
//!
//! The way of one call: [`access_token`](Tokens::access_token) looks for a held token that [`serves`](Demand); if there is
//! none, a [`refresh`] runs, one at a time for each login over all replicas; its answer is stored before anybody uses it.

mod access;
mod answer;
mod demand;
mod endpoint;
mod error;
mod flight;
mod held;
mod lease;
mod options;
mod overview;
mod refresh;
mod revocation;
mod set;
mod settle;

pub(crate) use self::{
    access::Tokens,
    answer::{EndpointError, TokenAnswer},
    endpoint::TokenEndpoint,
    held::{HeldToken, Want},
    set::{Asked, LogoutTokens, TokenSet},
};
pub use self::{
    error::TokenError,
    options::{TokenFingerprint, TokenOptions},
    overview::{ApiOverview, HeldOverview, TokensOverview},
};
