//! Server-side token storage: encrypted at rest, validated before use, refreshed on demand.
//!
//! [`Tokens::access_token`](access::Tokens::access_token) returns a cached token that satisfies the request. Otherwise
//! a [`refresh`] runs, one at a time for each login across all replicas. Its result is stored before it is used.

mod access;
mod access_token;
mod api_registry;
mod app_data;
mod backoff;
mod cached_connection_token;
mod cached_token;
mod client_token;
mod connection_token;
mod error;
mod error_response;
mod exchange;
mod failure;
#[cfg(test)]
mod fixtures;
mod freshness;
mod grant_response;
mod login_snapshot;
mod options;
mod overview;
mod provider_backoff;
mod refresh;
mod revocation;
mod revocation_log;
mod session_transfer;
mod token_binding;
mod token_request;
mod token_set;
mod token_set_store;
mod unused;

pub(crate) use self::{
    access::Tokens,
    api_registry::ApiRegistry,
    app_data::AppDataUpdate,
    cached_token::CachedToken,
    client_token::ClientTokens,
    connection_token::FEDERATED_CONNECTION,
    login_snapshot::{LoginSnapshot, OpenedLogin},
    refresh::SubjectTokenError,
    session_transfer::IssuedSessionTransfer,
    token_request::TokenRequest,
    token_set::{RequestedGrant, TokenSet},
    unused::UnusedTokens,
};
pub use self::{
    access_token::AccessToken,
    error::TokenError,
    options::{TokenFingerprint, TokenOptions},
    overview::{ApiOverview, CachedTokenOverview, TokensOverview},
    token_binding::TokenBinding,
};
