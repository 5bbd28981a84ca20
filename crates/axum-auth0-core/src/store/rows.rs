//! What a store keeps of a login.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::random::{self, RandomSource};

/// The identifier of a login in the process and the store. It is not a secret: it grants no access without the session
/// cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoginId([u8; 16]);

impl LoginId {
    /// Generates a new identifier.
    pub fn random(random: &dyn RandomSource) -> Self {
        Self(random::bytes(random))
    }

    /// Creates the identifier from the bytes in a store.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes that a store uses as the key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Shows the first bytes, which identify a login in a log.
impl fmt::Debug for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A stored login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginRecord {
    /// The key of the row.
    pub id: LoginId,
    /// The issuer of the ID token (`iss`). It identifies the user together with `subject`.
    pub issuer: String,
    /// The subject of the ID token (`sub`).
    pub subject: String,
    /// The session at the provider (`sid`), if the ID token contains one.
    pub provider_session: Option<String>,
    /// Time of the login, in seconds since 1970-01-01T00:00:00Z.
    pub created_at: i64,
    /// Time of the last use, in seconds since 1970-01-01T00:00:00Z. Written at most once a minute.
    pub last_seen_at: i64,
    /// Absolute expiry, in seconds since 1970-01-01T00:00:00Z.
    pub expires_at: i64,
    /// Number of changes of `tokens`.
    pub version: i64,
    /// The sealed tokens.
    pub tokens: Vec<u8>,
    /// Sealed facts about the login that do not change, such as the browser. Empty if there are none.
    pub details: Vec<u8>,
}

/// Which logins to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginFilter<'a> {
    /// All logins of a user.
    User {
        /// The issuer of the ID token (`iss`).
        issuer: &'a str,
        /// The subject of the ID token (`sub`).
        subject: &'a str,
    },
    /// The logins of one session at the provider.
    ProviderSession {
        /// The issuer of the ID token (`iss`).
        issuer: &'a str,
        /// The session at the provider (`sid`).
        sid: &'a str,
    },
}

impl LoginFilter<'_> {
    /// Returns whether the login is one of those to find.
    pub fn matches(&self, login: &LoginRecord) -> bool {
        match *self {
            Self::User { issuer, subject } => login.issuer == issuer && login.subject == subject,
            Self::ProviderSession { issuer, sid } => {
                login.issuer == issuer && login.provider_session.as_deref() == Some(sid)
            }
        }
    }
}

impl LoginRecord {
    /// Returns the filter that finds all logins of the same user.
    pub fn user(&self) -> LoginFilter<'_> {
        LoginFilter::User {
            issuer: &self.issuer,
            subject: &self.subject,
        }
    }
}

/// What changes of a stored login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginState {
    /// Number of changes of the tokens.
    pub version: i64,
    /// Time of the last use, in seconds since 1970-01-01T00:00:00Z.
    pub last_seen_at: i64,
    /// Absolute expiry, in seconds since 1970-01-01T00:00:00Z.
    pub expires_at: i64,
}

impl From<&LoginRecord> for LoginState {
    fn from(login: &LoginRecord) -> Self {
        Self {
            version: login.version,
            last_seen_at: login.last_seen_at,
            expires_at: login.expires_at,
        }
    }
}
