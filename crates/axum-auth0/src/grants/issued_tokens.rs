//! The tokens of a grant without a session.

use std::fmt;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{config::Api, tokens::AccessToken};

/// The tokens that the provider issued in exchange for another token, or for the approval of a user. They belong to no session, and
/// are not cached.
pub struct IssuedTokens<A> {
    pub(crate) access_token: AccessToken<A>,
    pub(crate) scope: Vec<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) claims: Option<Map<String, Value>>,
    pub(crate) actor: Option<Map<String, Value>>,
}

impl<A: Api> IssuedTokens<A> {
    /// Returns the access token, verified to be for the API.
    pub fn access_token(&self) -> &AccessToken<A> {
        &self.access_token
    }

    /// Returns the granted scopes.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns when the access token expires, in seconds since 1970; `None` if unknown.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// Returns the refresh token, if `offline_access` was requested and granted.
    pub fn refresh_token(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }

    /// Returns the claims of the ID token, which was verified. A token exchange has them if `openid` was requested and the provider
    /// issued one, a login always.
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.claims.as_ref()
    }

    /// Returns who acts for the subject: the claim `act` (RFC 8693 §4.1) of the access token or of the ID token.
    pub fn actor(&self) -> Option<&Map<String, Value>> {
        self.actor.as_ref()
    }
}

/// Does not show the tokens.
impl<A: Api> fmt::Debug for IssuedTokens<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens")
            .field("access_token", &self.access_token)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
