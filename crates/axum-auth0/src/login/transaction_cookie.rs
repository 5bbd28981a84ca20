//! The cookies of pending logins.

use axum::response::Response;
use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};

use super::transaction::{TRANSACTION_TTL, Transaction, hash};
use crate::{
    config::CookieSettings,
    request::cookies,
    seal::{Keyring, Purpose},
    session,
};

/// Maximum number of pending logins of one browser. A new one replaces the oldest.
const MAX_PENDING_LOGINS: usize = 4;

/// Limit for the cookies of all pending logins, in bytes.
const MAX_TRANSACTION_BYTES: usize = 5 * 1024;

/// Limit for the whole `Cookie` header, in bytes. nginx rejects a header line of 8 KiB, and the application may add
/// cookies later.
const MAX_HEADER_BYTES: usize = 6 * 1024;

/// Number of hexadecimal digits of the hash of `state` in a cookie's name.
const NAME_DIGITS: usize = 16;

impl Transaction {
    /// Returns the cookie that stores the transaction in the browser.
    pub(super) fn cookie(&self, keys: &Keyring, settings: &CookieSettings) -> Cookie<'static> {
        let name = cookie_name(&self.state, settings);
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        let value = keys.seal_text(Purpose::Transaction, name.as_bytes(), &plain);
        let mut cookie = base_cookie(name, value, settings);
        cookie.set_max_age(Duration::seconds(TRANSACTION_TTL));
        cookie
    }

    /// Finds the transaction of `state` in the browser's cookies.
    pub(super) fn find(
        headers: &HeaderMap,
        keys: &Keyring,
        state: &str,
        settings: &CookieSettings,
    ) -> Option<Self> {
        let state = hash(state);
        let name = cookie_name(&state, settings);
        // A sibling subdomain can set a cookie with the same name, so only cookies that this site sealed count. The
        // whole hash is compared because the name contains only its first digits.
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

/// Returns the cookie that removes the transaction of `state` from the browser.
pub(super) fn removal(state: &str, settings: &CookieSettings) -> Cookie<'static> {
    removal_of(cookie_name(&hash(state), settings), settings)
}

/// Returns removals of the cookies that must be deleted so that `new` fits: expired ones, and the oldest.
///
/// A cookie that does not open with the keys of this site belongs to another application on this host. It counts
/// towards the size of the header, but is never removed.
pub(super) fn cookies_to_evict(
    headers: &HeaderMap,
    keys: &Keyring,
    now: i64,
    settings: &CookieSettings,
    new: &Cookie<'_>,
) -> Vec<Cookie<'static>> {
    let new_bytes = cookies::bytes(new.name(), new.value());
    let mut header_bytes = cookies::total_bytes(headers) + new_bytes;
    let mut transaction_bytes = new_bytes;
    let mut pending = Vec::new();
    for (name, value) in cookies::pairs(headers).filter(|(name, _)| is_name(name, settings)) {
        let Some(transaction) = Transaction::open(keys, name, value) else {
            continue;
        };
        let bytes = cookies::bytes(name, value);
        transaction_bytes += bytes;
        pending.push((
            !transaction.has_expired(now),
            transaction.created_at,
            name,
            bytes,
        ));
    }
    pending.sort_unstable();
    let mut count = pending.len() + 1;
    let mut evicted = Vec::new();
    for (is_alive, _, name, bytes) in pending {
        let fits = count <= MAX_PENDING_LOGINS
            && transaction_bytes <= MAX_TRANSACTION_BYTES
            && header_bytes <= MAX_HEADER_BYTES;
        if is_alive && fits {
            break;
        }
        count -= 1;
        transaction_bytes -= bytes;
        header_bytes = header_bytes.saturating_sub(bytes);
        evicted.push(removal_of(name.to_owned(), settings));
    }
    evicted
}

pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Names and values are hexadecimal digits and base64url.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn is_name(name: &str, settings: &CookieSettings) -> bool {
    name.strip_prefix(&*settings.transaction_prefix())
        .is_some_and(|rest| {
            rest.len() == NAME_DIGITS && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// Returns the name for a transaction whose state has this hash.
fn cookie_name(hash: &str, settings: &CookieSettings) -> String {
    let digits = hash.get(..NAME_DIGITS).unwrap_or(hash);
    format!("{}{digits}", settings.transaction_prefix())
}

fn base_cookie(name: String, value: String, settings: &CookieSettings) -> Cookie<'static> {
    session::base_cookie(settings, name, value)
        .path(settings.path().to_owned())
        // The callback is a cross-site navigation, so a browser would not send a `Strict` cookie.
        .same_site(SameSite::Lax)
        .build()
}

fn removal_of(name: String, settings: &CookieSettings) -> Cookie<'static> {
    let mut cookie = base_cookie(name, String::new(), settings);
    cookie.set_max_age(Duration::ZERO);
    cookie
}
