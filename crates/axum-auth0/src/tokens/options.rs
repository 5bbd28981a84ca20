//! What a caller can ask beside the API itself.

use std::{fmt, time::Duration};

use sha2::{Digest as _, Sha256};

use super::AccessToken;
use crate::config::Api;

/// What a caller can ask beside the API itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// Get a new token although the held one looks good. A token that was got in this way serves all who ask for one
    /// during the next 30 seconds: many callers at once must not become many refreshes.
    pub force_refresh: bool,
    /// Get another token than this one, which the API refused; the held one serves where it is another already.
    pub instead_of: Option<TokenFingerprint>,
    /// Scopes to ask for beside those of the API's configuration. A token with them is held apart from the usual one.
    pub extra_scopes: Vec<String>,
    /// The scopes without which the token is of no use to the caller, where not all that are asked for have to be
    /// granted.
    pub required_scopes: Option<Vec<String>>,
    /// How long before its end the token is renewed; `AUTH0_TOKEN_REFRESH_BUFFER` where not set.
    pub refresh_buffer: Option<Duration>,
}

impl TokenOptions {
    /// For a call that is repeated because the API answered 401 `invalid_token` (RFC 6750 §3.1) to `refused`.
    pub fn instead_of<A: Api>(refused: &AccessToken<A>) -> Self {
        Self {
            instead_of: Some(TokenFingerprint::of(refused.expose())),
            ..Self::default()
        }
    }
}

/// Tells tokens apart without being one.
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
