//! Options of a request for an access token.

use std::{fmt, time::Duration};

use sha2::{Digest as _, Sha256};

use super::access_token::AccessToken;
use crate::config::Api;

/// Options of a request for an access token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// Refreshes even if the cached token looks valid. The new token is shared by all callers with this option for 30
    /// seconds, which limits the number of refreshes.
    pub force_refresh: bool,
    /// Returns a token other than this one, which the API rejected. A cached token is returned if it differs.
    pub instead_of: Option<TokenFingerprint>,
    /// Scopes to request in addition to those of the API's configuration. A token with them is cached separately.
    pub extra_scopes: Vec<String>,
    /// The scopes that the token must have; all requested ones by default.
    pub required_scopes: Option<Vec<String>>,
    /// How long before its expiry the token is refreshed; `AUTH0_TOKEN_REFRESH_BUFFER` by default.
    pub refresh_buffer: Option<Duration>,
}

impl TokenOptions {
    /// Returns the options for the retry of a call to which the API responded with 401 `invalid_token` (RFC 6750 §3.1).
    /// `refused` is the rejected token.
    pub fn instead_of<A: Api>(refused: &AccessToken<A>) -> Self {
        Self {
            instead_of: Some(TokenFingerprint::of(refused.expose())),
            ..Self::default()
        }
    }
}

/// A hash that identifies a token without revealing it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenFingerprint([u8; 32]);

impl TokenFingerprint {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

impl fmt::Debug for TokenFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenFingerprint")
    }
}
