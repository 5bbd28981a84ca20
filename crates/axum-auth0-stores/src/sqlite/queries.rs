//! The statements that only read.

use axum_auth0_core::store::{LoginFilter, LoginId, LoginRecord, LoginState};
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

/// A login without an issuer was written before schema version 3.
pub(super) fn find_logins(
    filter: LoginFilter<'_>,
    limit: u32,
) -> impl Fn(&Connection) -> Result<Vec<LoginRecord>> + Send + use<> {
    let (sql, issuer, value) = match filter {
        LoginFilter::User { issuer, subject } => (
            "SELECT * FROM logins WHERE subject = ?2 AND issuer IN (?1, '') ORDER BY created_at DESC LIMIT ?3",
            issuer,
            subject,
        ),
        LoginFilter::ProviderSession { issuer, sid } => (
            "SELECT * FROM logins WHERE provider_session = ?2 AND issuer IN (?1, '') \
             ORDER BY created_at DESC LIMIT ?3",
            issuer,
            sid,
        ),
    };
    let (issuer, value) = (issuer.to_owned(), value.to_owned());
    move |db| {
        db.prepare_cached(sql)?
            .query_map(params![issuer, value, limit], login_record)?
            .collect()
    }
}

pub(super) fn count_logins(db: &Connection) -> Result<u64> {
    let mut count = db.prepare_cached("SELECT count(*) FROM logins")?;
    let count: i64 = count.query_row([], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(super) fn ping(db: &Connection) -> Result<()> {
    db.prepare_cached("SELECT 1")?.query_row([], |_| Ok(()))
}

/// Reads a row with all columns of the table `logins`.
pub(super) fn login_record(row: &Row<'_>) -> Result<LoginRecord> {
    Ok(LoginRecord {
        id: LoginId::from_bytes(row.get("id")?),
        issuer: row.get("issuer")?,
        subject: row.get("subject")?,
        provider_session: row.get("provider_session")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
        version: row.get("version")?,
        tokens: row.get("tokens")?,
        details: row.get("details")?,
    })
}
