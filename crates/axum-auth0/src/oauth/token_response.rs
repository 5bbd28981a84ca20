//! A successful response of the token endpoint.

use std::fmt;

use serde_json::Value;

use crate::dpop::DpopKey;

/// A successful token response (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Clone)]
pub struct TokenResponse {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) scope: Option<Vec<String>>,
    /// In seconds.
    pub(crate) expires_in: Option<i64>,
    /// The key that the access token is bound to, if its type is `DPoP`.
    pub(crate) dpop_key: Option<DpopKey>,
    /// The granted authorization details (RFC 9396 §7).
    pub(crate) authorization_details: Vec<Value>,
    /// The thumbprint of the client certificate that the request presented.
    pub(crate) certificate: Option<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .field("has_refresh_token", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}
