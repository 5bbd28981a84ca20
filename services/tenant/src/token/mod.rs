//! `/oauth/token` and what belongs to it: how applications prove who they are, what tokens say, how they end.

pub(crate) mod authorization_code;
pub(crate) mod client_authentication;
pub(crate) mod endpoint;
pub(crate) mod issue;
pub(crate) mod refresh;
pub(crate) mod revocation;
