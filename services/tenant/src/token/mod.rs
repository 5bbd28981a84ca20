//! `/oauth/token`, `/oauth/revoke` and `/oauth/introspect`.

mod authorization_claims;
mod authorization_code;
pub(crate) mod backchannel;
mod claims;
mod client_credentials;
pub(crate) mod connection_token;
pub(crate) mod direct;
pub(crate) mod endpoint;
pub(crate) mod introspection;
mod refresh;
mod request;
mod response;
pub(crate) mod revocation;
mod session_transfer;
pub(crate) mod token_exchange;

/// The token endpoint.
pub(crate) const PATH: &str = "/oauth/token";
