//! The statements that only read.

use axum_auth0_core::store::{LoginId, LoginRecord, LoginState};
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

pub(super) fn load_login(db: &Connection, id: &LoginId) -> Result<Option<LoginRecord>> {
    db.prepare_cached("SELECT * FROM logins WHERE id = ?")?
        .query_row([id.as_bytes()], login_record)
        .optional()
}

pub(super) fn load_record(db: &Connection, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT record FROM records WHERE key = ? AND expires_at > ?")?
        .query_row(params![key, now], |row| row.get(0))
        .optional()
}

pub(super) fn check_session(
    db: &Connection,
    key: &[u8; 32],
    login: &LoginId,
    now: i64,
) -> Result<Option<LoginState>> {
    db.prepare_cached(
        "SELECT version, last_seen_at, expires_at FROM logins WHERE id = ? \
         AND EXISTS (SELECT 1 FROM records WHERE key = ? AND expires_at > ?)",
    )?
    .query_row(params![login.as_bytes(), key, now], |row| {
        Ok(LoginState {
            version: row.get(0)?,
            last_seen_at: row.get(1)?,
            expires_at: row.get(2)?,
        })
    })
    .optional()
}

pub(super) fn has_login_since(db: &Connection, subject: &str, since: i64) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM logins WHERE subject = ? AND created_at >= ?)")?
        .query_row(params![subject, since], |row| row.get(0))
}

pub(super) fn ping(db: &Connection) -> Result<()> {
    db.prepare_cached("SELECT 1")?.query_row([], |_| Ok(()))
}

/// Reads a row with all columns of the table `logins`.
pub(super) fn login_record(row: &Row<'_>) -> Result<LoginRecord> {
    Ok(LoginRecord {
        id: LoginId::from_bytes(row.get("id")?),
        subject: row.get("subject")?,
        provider_session: row.get("provider_session")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
        version: row.get("version")?,
        tokens: row.get("tokens")?,
    })
}
