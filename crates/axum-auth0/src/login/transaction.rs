//! A login under way: in an encrypted cookie of its own, one for each tab, used once, ten minutes at most.
//!
//! Nothing is kept at the server until the browser comes back, so anonymous traffic cannot fill the store.

use cookie::{Cookie, SameSite};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    config::CookieSettings,
    login::parameters::LoginParameters,
    random::{self, RandomSource},
    request::cookies,
    return_to::ReturnTo,
    seal::{Keyring, Purpose},
};

/// How long a person may take at the provider, in seconds.
pub(super) const LIFETIME: i64 = 600;

/// How many logins one browser may have under way; the oldest gives way.
const MAX_UNDER_WAY: usize = 4;

/// Limit for the cookies of all logins under way, in bytes.
const MAX_OWN_BYTES: usize = 5 * 1024;

/// Limit for the whole `Cookie` header, in bytes. nginx refuses a header line of 8 KiB, and the application may add
/// cookies of its own later.
const MAX_HEADER_BYTES: usize = 6 * 1024;

/// Limit for the parameters that `state` carries for a restart, in bytes: `state` is part of two URLs.
const MAX_PASSED_ON_BYTES: usize = 512;

/// How many times a login is restarted when its cookie is gone or the provider's own session timed out.
const MAX_RESTARTS: u8 = 1;

/// How many hexadecimal digits of the hash of `state` are in a cookie's name.
const NAME_DIGITS: usize = 16;

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

/// What `state` says when the browser comes back without a transaction; sealed, so that only we can have written it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StateParameter {
    id: String,
    return_to: ReturnTo,
    created_at: i64,
    /// How many times this login was restarted.
    attempt: u8,
    /// The parameters that the login passed on to the provider. `None` if they are too long to travel in `state`.
    #[serde(default)]
    passed_on: Option<Vec<(String, String)>>,
}

impl StateParameter {
    pub(super) fn new(
        parameters: &LoginParameters,
        attempt: u8,
        now: i64,
        random: &dyn RandomSource,
    ) -> Self {
        Self {
            id: random::base64url::<16>(random),
            return_to: parameters.return_to.clone(),
            created_at: now,
            attempt,
            passed_on: parameters.to_pairs(MAX_PASSED_ON_BYTES),
        }
    }

    /// The login to start again, and which attempt it is: the same that was asked for, once, and only if the first one
    /// started less than `max_age` seconds ago.
    pub(super) fn restart(self, now: i64, max_age: i64) -> Option<(LoginParameters, u8)> {
        let is_fresh = (0..max_age).contains(&now.checked_sub(self.created_at)?);
        let parameters = LoginParameters::from_pairs(self.return_to, &self.passed_on?)?;
        (is_fresh && self.attempt < MAX_RESTARTS).then_some((parameters, self.attempt + 1))
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

    pub(super) fn cookie(&self, keys: &Keyring, settings: &CookieSettings) -> Cookie<'static> {
        let name = cookie_name(&self.state, settings);
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        let value = keys.seal_text(Purpose::Transaction, name.as_bytes(), &plain);
        let mut cookie = base_cookie(name, settings);
        cookie.set_value(value);
        cookie.set_max_age(cookie::time::Duration::seconds(LIFETIME));
        cookie
    }

    /// The transaction that belongs to `state`, from the browser's cookies.
    pub(super) fn find(
        headers: &HeaderMap,
        keys: &Keyring,
        state: &str,
        settings: &CookieSettings,
    ) -> Option<Self> {
        let state = hash(state);
        let name = cookie_name(&state, settings);
        // A neighbour of the site's name may set a cookie of the same name: the one that we sealed counts. Two states
        // whose hashes begin alike are told apart here, too.
        cookies::pairs(headers)
            .filter(|(given, _)| *given == name)
            .filter_map(|(_, value)| Self::open(keys, &name, value))
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
pub(super) fn removal(state: &str, settings: &CookieSettings) -> Cookie<'static> {
    removal_of(cookie_name(&hash(state), settings), settings)
}

/// Cookies to take out of the browser so that `new` fits: what has expired, and the oldest ones.
///
/// A cookie that does not open with our keys belongs to another application on this host. It counts towards the size of
/// the header, but it is never taken out.
pub(super) fn cookies_to_evict(
    headers: &HeaderMap,
    keys: &Keyring,
    now: i64,
    settings: &CookieSettings,
    new: &Cookie<'_>,
) -> Vec<Cookie<'static>> {
    let new_bytes = cookies::bytes(new.name(), new.value());
    let mut total = cookies::total_bytes(headers) + new_bytes;
    let mut own = new_bytes;
    let mut under_way = Vec::new();
    for (name, value) in cookies::pairs(headers).filter(|(name, _)| is_name(name, settings)) {
        let Some(transaction) = Transaction::open(keys, name, value) else {
            continue;
        };
        let bytes = cookies::bytes(name, value);
        own += bytes;
        under_way.push((
            !transaction.has_expired(now),
            transaction.created_at,
            name,
            bytes,
        ));
    }
    under_way.sort_unstable();
    let mut count = under_way.len() + 1;
    let mut evicted = Vec::new();
    for (alive, _, name, bytes) in under_way {
        if alive && count <= MAX_UNDER_WAY && own <= MAX_OWN_BYTES && total <= MAX_HEADER_BYTES {
            break;
        }
        count -= 1;
        own -= bytes;
        total = total.saturating_sub(bytes);
        evicted.push(removal_of(name.to_owned(), settings));
    }
    evicted
}

fn is_name(name: &str, settings: &CookieSettings) -> bool {
    name.strip_prefix(&*settings.transaction_prefix())
        .is_some_and(|rest| {
            rest.len() == NAME_DIGITS && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// The name for a transaction whose state has this hash.
fn cookie_name(hash: &str, settings: &CookieSettings) -> String {
    let digits = hash.get(..NAME_DIGITS).unwrap_or(hash);
    format!("{}{digits}", settings.transaction_prefix())
}

/// The SHA-256 of `state`, in hexadecimal digits.
pub(super) fn hash(state: &str) -> String {
    format!("{:x}", Sha256::digest(state))
}

fn base_cookie(name: String, settings: &CookieSettings) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, "");
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(settings.secure);
    // The callback arrives from another site.
    cookie.set_same_site(SameSite::Lax);
    cookie
}

fn removal_of(name: String, settings: &CookieSettings) -> Cookie<'static> {
    let mut cookie = base_cookie(name, settings);
    cookie.set_max_age(cookie::time::Duration::ZERO);
    cookie
}
