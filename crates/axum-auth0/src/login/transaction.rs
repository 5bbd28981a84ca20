//! A login under way: in an encrypted cookie of its own, one for each tab, used once, ten minutes at most.
//!
//! Nothing is kept at the server until the browser comes back, so anonymous traffic cannot fill the store.

use cookie::{Cookie, SameSite};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    chance::{self, Chance},
    return_to::ReturnTo,
    seal::{Keyring, Purpose},
};

/// How long a person may take at the provider, in seconds.
pub(super) const LIFETIME: i64 = 600;

/// How many logins one browser may have under way; the oldest gives way.
const MAX_UNDER_WAY: usize = 4;

/// What the callback must know of the login that it ends (OpenID Connect Core 1.0 §3.1.2, RFC 7636 §4.1).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Transaction {
    /// The SHA-256 of `state`, in hexadecimal digits: `state` itself carries the return path too, and a cookie is small.
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) issuer: String,
    pub(super) return_to: ReturnTo,
    pub(super) created_at: i64,
    pub(super) audience: Option<String>,
    pub(super) max_age: Option<u64>,
    pub(super) organization: Option<String>,
}

/// What `state` says to whoever comes back without a transaction; sealed, so that only we can have written it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    id: String,
    pub(super) return_to: ReturnTo,
    pub(super) created_at: i64,
    /// How many times this login was begun anew because its cookie was gone.
    pub(super) attempt: u8,
}

impl State {
    pub(super) fn new(return_to: ReturnTo, attempt: u8, now: i64, chance: &dyn Chance) -> Self {
        Self {
            id: chance::text::<16>(chance),
            return_to,
            created_at: now,
            attempt,
        }
    }

    pub(super) fn seal(&self, keys: &Keyring) -> String {
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        keys.seal_text(Purpose::State, b"", &plain)
    }

    pub(super) fn open(keys: &Keyring, sealed: &str) -> Option<Self> {
        let plain = keys.open_text(Purpose::State, b"", sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

impl Transaction {
    /// What the store remembers it by once it was used.
    pub(super) fn key(&self) -> [u8; 32] {
        Sha256::digest(self.state.as_bytes()).into()
    }

    pub(super) fn has_expired(&self, now: i64) -> bool {
        now >= self.created_at + LIFETIME || now < self.created_at - LIFETIME
    }

    pub(super) fn cookie(&self, keys: &Keyring, secure: bool) -> Cookie<'static> {
        let name = cookie_name(&self.state, secure);
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        let value = keys.seal_text(Purpose::Transaction, name.as_bytes(), &plain);
        let mut cookie = bare(name, secure);
        cookie.set_value(value);
        cookie.set_max_age(cookie::time::Duration::seconds(LIFETIME));
        cookie
    }

    /// The transaction that belongs to `state`, from the browser's cookies.
    pub(super) fn find(
        headers: &HeaderMap,
        keys: &Keyring,
        state: &str,
        secure: bool,
    ) -> Option<Self> {
        let state = hash(state);
        let name = cookie_name(&state, secure);
        // A neighbour of the site's name may set a cookie of the same name: the one that we sealed counts. Two states
        // whose hashes begin alike are told apart here, too.
        cookies(headers)
            .filter(|(given, _)| *given == name)
            .filter_map(|(_, value)| Self::open(keys, &name, &value))
            .find(|transaction| transaction.state == state)
    }

    fn open(keys: &Keyring, name: &str, value: &str) -> Option<Self> {
        let plain = keys
            .open_text(Purpose::Transaction, name.as_bytes(), value)
            .ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// The cookie that takes the transaction of `state` out of the browser.
pub(super) fn removal(state: &str, secure: bool) -> Cookie<'static> {
    removal_of(cookie_name(&hash(state), secure), secure)
}

/// Cookies to take out of the browser so that one more fits: what does not open or has expired, and the oldest.
pub(super) fn evicted(
    headers: &HeaderMap,
    keys: &Keyring,
    now: i64,
    secure: bool,
) -> Vec<Cookie<'static>> {
    let prefix = prefix(secure);
    let mut under_way: Vec<(i64, String)> = cookies(headers)
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, value)| {
            let created_at = Transaction::open(keys, name, &value)
                .filter(|transaction| !transaction.has_expired(now))
                .map_or(i64::MIN, |transaction| transaction.created_at);
            (created_at, name.to_owned())
        })
        .collect();
    under_way.sort();
    let dead = under_way
        .iter()
        .filter(|(created_at, _)| *created_at == i64::MIN)
        .count();
    let surplus = (under_way.len() + 1).saturating_sub(MAX_UNDER_WAY);
    under_way.truncate(dead.max(surplus));
    under_way
        .into_iter()
        .map(|(_, name)| removal_of(name, secure))
        .collect()
}

fn prefix(secure: bool) -> &'static str {
    if secure { "__Host-txn_" } else { "txn_" }
}

/// The name for a transaction whose state has this hash.
fn cookie_name(hash: &str, secure: bool) -> String {
    format!("{}{}", prefix(secure), hash.get(..16).unwrap_or(hash))
}

/// The SHA-256 of `state`, in hexadecimal digits.
pub(super) fn hash(state: &str) -> String {
    format!("{:x}", Sha256::digest(state))
}

fn bare(name: String, secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, "");
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(secure);
    // The callback arrives from another site.
    cookie.set_same_site(SameSite::Lax);
    cookie
}

fn removal_of(name: String, secure: bool) -> Cookie<'static> {
    let mut cookie = bare(name, secure);
    cookie.set_max_age(cookie::time::Duration::ZERO);
    cookie
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, String)> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name, value.to_owned()))
}
