//! Names of keys.

use std::fmt::Write as _;

use axum_auth0_core::store::{LoginFilter, LoginId, LoginRecord, StoreChange};
use sha2::{Digest as _, Sha256};

/// Number of indexes of idle logins. Several, so that a cluster distributes them, and none becomes large.
const IDLE_INDEXES: u8 = 64;

/// Makes the names of keys. All begin with the same prefix, so that several applications can share a database.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// Returns the key of the number of the schema.
    pub(super) fn schema(&self) -> String {
        format!("{}schema", self.prefix)
    }

    /// Returns the name of the channel to which changes are published.
    pub(super) fn channel(&self) -> String {
        format!("{}changes", self.prefix)
    }

    /// Returns a key that never exists.
    pub(super) fn missing(&self) -> String {
        format!("{}missing", self.prefix)
    }

    /// Returns the change of which a published key tells. `None` if it is neither a login nor a session record.
    pub(super) fn change(&self, key: &[u8]) -> Option<StoreChange> {
        let key = str::from_utf8(key).ok()?.strip_prefix(&self.prefix)?;
        match key.split_once(':')? {
            ("login", id) => unhex(id).map(LoginId::from_bytes).map(StoreChange::Login),
            ("session", key) => unhex(key).map(StoreChange::Record),
            _ => None,
        }
    }

    pub(super) fn login(&self, id: &LoginId) -> String {
        self.key("login", id.as_bytes())
    }

    pub(super) fn record(&self, key: &[u8; 32]) -> String {
        self.key("session", key)
    }

    pub(super) fn transaction(&self, key: &[u8; 32]) -> String {
        self.key("transaction", key)
    }

    /// Returns the key of the index that finds the logins of `filter`.
    pub(super) fn index(&self, filter: LoginFilter<'_>) -> String {
        match filter {
            LoginFilter::User { issuer, subject } => self.key("user", &digest(issuer, subject)),
            LoginFilter::ProviderSession { issuer, sid } => {
                self.key("provider-session", &digest(issuer, sid))
            }
        }
    }

    /// Returns the key of the index of idle logins that contains `id`.
    pub(super) fn idle_index_of(&self, id: &LoginId) -> String {
        self.idle_index(id.as_bytes()[0] % IDLE_INDEXES)
    }

    /// Returns the keys of all indexes of idle logins.
    pub(super) fn idle_indexes(&self) -> impl Iterator<Item = String> {
        (0..IDLE_INDEXES).map(|index| self.idle_index(index))
    }

    fn idle_index(&self, index: u8) -> String {
        format!("{}idle:{index:02x}", self.prefix)
    }

    /// Returns the keys of the indexes that contain `login`.
    pub(super) fn indexes_of(&self, login: &LoginRecord) -> Vec<String> {
        let issuer = &login.issuer;
        let sid = login.provider_session.as_deref();
        let provider_session = sid.map(|sid| LoginFilter::ProviderSession { issuer, sid });
        std::iter::once(login.user())
            .chain(provider_session)
            .map(|filter| self.index(filter))
            .collect()
    }

    fn key(&self, kind: &str, bytes: &[u8]) -> String {
        format!("{}{kind}:{}", self.prefix, hex(bytes))
    }
}

/// Returns a digest that is the same for the same two texts. It need not be unique: what an index finds is compared with
/// the filter.
fn digest(first: &str, second: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(first.len().to_be_bytes());
    hash.update(first);
    hash.update(second);
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.finalize()[..16]);
    digest
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

pub(super) fn unhex<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if hex.len() != 2 * N || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_key_names_its_login_or_session() {
        let keys = Keys::new("auth0:".to_owned());
        let (id, key) = (LoginId::from_bytes([171; 16]), [205; 32]);
        let of = |key: &str| keys.change(key.as_bytes());
        assert_eq!(of(&keys.login(&id)), Some(StoreChange::Login(id)));
        assert_eq!(of(&keys.record(&key)), Some(StoreChange::Record(key)));
        for other in [
            keys.schema(),
            keys.login(&id).replace("auth0:", ""),
            "auth0:login:ab".to_owned(),
        ] {
            assert_eq!(of(&other), None, "{other}");
        }
    }

    #[test]
    fn users_of_several_issuers_have_several_indexes() {
        let keys = Keys::new("auth0:".to_owned());
        let user = |issuer, subject| keys.index(LoginFilter::User { issuer, subject });
        assert_ne!(user("ab", "c"), user("a", "bc"));
        assert_ne!(user("", "abc"), user("abc", ""));
        let sid = "c";
        let session = keys.index(LoginFilter::ProviderSession { issuer: "ab", sid });
        assert_ne!(user("ab", "c"), session);
        assert_eq!(user("ab", "c").len(), "auth0:user:".len() + 32);
    }

    #[test]
    fn no_key_has_a_hash_tag() {
        let keys = Keys::new("auth0:".to_owned());
        let filter = LoginFilter::User {
            issuer: "{a}",
            subject: "{b}",
        };
        assert!(!keys.index(filter).contains('{'));
    }
}
