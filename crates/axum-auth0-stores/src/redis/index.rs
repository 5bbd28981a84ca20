//! Sorted sets that find the logins of a user or of a session at the provider.
//!
//! An entry is written before its login, so no login is missing from its indexes. An entry without a login remains after a
//! deletion that was interrupted; it is removed when it is found, unless it is so young that its login may be being
//! created.

use axum_auth0_core::store::{LoginId, LoginRecord, StoreError};
use futures::future::try_join_all;

use super::{
    connection::Connection,
    keys::{Keys, hex, unhex},
    row::expiry,
    script,
};

/// How long a login may take from its entries in the indexes to its creation, in seconds.
pub(super) const MAX_CREATION_TIME: i64 = 30;

/// Minimum age of an entry without a login that is removed, in seconds. Longer than [`MAX_CREATION_TIME`] and timeouts.
const STALE_AFTER: &str = "600";

/// How long an entry outlasts its login at least, in seconds. Longer than clocks of several nodes differ.
const MARGIN: &str = "3600";

/// An entry of an index. Its text has all that is needed without the login.
pub(super) struct Entry {
    pub(super) id: LoginId,
    pub(super) created_at: i64,
    pub(super) member: String,
}

impl Entry {
    /// Parses a member; `None` if another version wrote it.
    fn parse(member: String) -> Option<Self> {
        let mut parts = member.split(':');
        let created_at = parts.next()?.parse().ok()?;
        let _expires_at = parts.next()?;
        let id = unhex(parts.next()?)?;
        Some(Self {
            id: LoginId::from_bytes(id),
            created_at,
            member,
        })
    }
}

fn member(login: &LoginRecord) -> String {
    let (created_at, expires_at) = (login.created_at, login.expires_at);
    format!("{created_at}:{expires_at}:{}", hex(login.id.as_bytes()))
}

/// Adds the login, which does not exist yet, to its indexes.
pub(super) async fn add(
    connection: &Connection,
    keys: &Keys,
    login: &LoginRecord,
) -> Result<(), StoreError> {
    let (member, expiry) = (member(login), expiry(login.expires_at));
    let arguments = [member.as_bytes(), expiry.as_bytes(), MARGIN.as_bytes()];
    let indexes = keys.indexes_of(login);
    let idle = async {
        let mut add = redis::cmd("ZADD");
        add.arg(keys.idle_index_of(&login.id))
            .arg(login.last_seen_at)
            .arg(login.id.as_bytes());
        connection.write::<i64>(&add).await.map(drop)
    };
    let adds = indexes
        .iter()
        .map(|key| connection.script::<i64>(&script::ADD_TO_INDEX, key, &arguments));
    futures::try_join!(try_join_all(adds), idle).map(drop)
}

/// Removes a deleted login from its indexes. An entry that remains after a failure is removed when it is found.
pub(super) async fn remove(connection: &Connection, keys: &Keys, login: &LoginRecord) {
    let member = member(login);
    let entries = keys
        .indexes_of(login)
        .into_iter()
        .map(|key| (key, member.as_bytes()))
        .chain([(keys.idle_index_of(&login.id), login.id.as_bytes())]);
    let removals = entries.map(|(key, member)| async move {
        let mut remove = redis::cmd("ZREM");
        remove.arg(key).arg(member);
        connection.write::<i64>(&remove).await
    });
    if let Err(error) = try_join_all(removals).await {
        tracing::debug!(login = ?login.id, %error, "failed to remove a deleted login from its indexes");
    }
}

/// Returns the entries, the latest login first.
pub(super) async fn entries(
    connection: &Connection,
    index: &str,
) -> Result<Vec<Entry>, StoreError> {
    let mut range = redis::cmd("ZRANGE");
    range.arg(index).arg(0).arg(-1);
    let members: Vec<String> = connection.read(&range).await?;
    let mut entries: Vec<_> = members.into_iter().filter_map(Entry::parse).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.created_at));
    Ok(entries)
}

/// Removes the entries, whose logins do not exist, except young ones.
pub(super) async fn remove_stale(connection: &Connection, index: &str, stale: &[Entry]) {
    if stale.is_empty() {
        return;
    }
    let members = stale.iter().map(|entry| entry.member.as_bytes());
    let arguments: Vec<_> = std::iter::once(STALE_AFTER.as_bytes())
        .chain(members)
        .collect();
    let removed = connection.script::<i64>(&script::REMOVE_STALE, index, &arguments);
    if let Err(error) = removed.await {
        tracing::debug!(%error, "failed to remove deleted logins from an index");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let login = LoginRecord {
            id: LoginId::from_bytes(*b"0123456789abcdef"),
            issuer: String::new(),
            subject: String::new(),
            provider_session: None,
            created_at: i64::MIN,
            last_seen_at: 0,
            expires_at: 2,
            version: 0,
            tokens: Vec::new(),
            details: Vec::new(),
        };
        let entry = Entry::parse(member(&login)).unwrap();
        assert_eq!((entry.id, entry.created_at), (login.id, login.created_at));
        for other in [
            "",
            "1:2",
            "1:2:xyz",
            "a:2:00",
            "1:2:é234567890123456789012345678901",
        ] {
            assert!(Entry::parse(other.to_owned()).is_none(), "{other}");
        }
    }
}
