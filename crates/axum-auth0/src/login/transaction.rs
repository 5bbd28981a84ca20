//! A pending login. Each tab has its own, in an encrypted cookie. A transaction is used once and expires after ten
//! minutes.
//!
//! The server stores nothing until the callback, so anonymous requests cannot fill the store.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::requirements::requirements;
use crate::{
    authorization_details::AuthorizationDetails, dpop::DpopKey, return_to::ReturnTo,
    step_up::StepUp,
};

/// Lifetime of a transaction, in seconds.
pub(super) const TRANSACTION_TTL: i64 = 600;

/// The data that the callback needs to complete the login (OpenID Connect Core 1.0 §3.1.2, RFC 7636 §4.1).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Transaction {
    /// The SHA-256 of `state` in hexadecimal digits. `state` itself is too long for a cookie, because it also contains
    /// the return path.
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) issuer: String,
    pub(super) return_to: ReturnTo,
    pub(super) created_at: i64,
    pub(super) audience: Option<String>,
    /// What the login requires of the authentication of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) step_up: Option<StepUp>,
    pub(super) organization: Option<String>,
    /// The key that the tokens of the login are bound to. The code is bound to it by `dpop_jkt` (RFC 9449 §10), so it
    /// exists before the callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dpop_key: Option<DpopKey>,
    /// The authorization details that the login requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<AuthorizationDetails>,
    /// Whether the login shows no page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_silent: bool,
}

impl Transaction {
    /// Returns the store key that marks the transaction as used.
    pub(super) fn key(&self) -> [u8; 32] {
        Sha256::digest(self.state.as_bytes()).into()
    }

    /// Returns what the login requires, as parameters of another one.
    pub(super) fn requirements(&self) -> Vec<(&'static str, String)> {
        requirements(self.step_up.as_ref(), self.organization.as_deref())
    }

    pub(super) fn has_expired(&self, now: i64) -> bool {
        now >= self.created_at + TRANSACTION_TTL || now < self.created_at - TRANSACTION_TTL
    }
}

/// Returns the SHA-256 of `state` in hexadecimal digits.
pub(super) fn hash(state: &str) -> String {
    format!("{:x}", Sha256::digest(state))
}
