//! The statements that change the file. Without an explicit transaction, each is one of its own, and an error of its commit
//! is the error of the statement.

use axum_auth0_core::store::{CasOutcome, LeaseHolder, LeaseOutcome, LoginId, LoginRecord};
use rusqlite::{Connection, OptionalExtension as _, Params, Result, TransactionBehavior, params};

use super::queries::login_record;

pub(super) fn create_login(db: &Connection, row: &LoginRecord) -> Result<()> {
    let sql = "INSERT INTO logins (id, subject, provider_session, created_at, last_seen_at, expires_at, version, \
               tokens, issuer, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = params![
        row.id.as_bytes(),
        row.subject,
        row.provider_session,
        row.created_at,
        row.last_seen_at,
        row.expires_at,
        row.version,
        row.tokens,
        row.issuer,
        row.details,
    ];
    execute(db, sql, values).map(drop)
}

pub(super) fn mark_used(db: &Connection, id: &LoginId, now: i64) -> Result<()> {
    let sql = "UPDATE logins SET last_seen_at = max(last_seen_at, ?) WHERE id = ?";
    execute(db, sql, params![now, id.as_bytes()]).map(drop)
}

pub(super) fn lease_login(
    db: &mut Connection,
    id: &LoginId,
    holder: &LeaseHolder,
    now: i64,
    until: i64,
) -> Result<LeaseOutcome> {
    // Rolls back when it is dropped.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before: Option<(Option<Vec<u8>>, Option<i64>)> = transaction
        .prepare_cached(
            "SELECT holder, until FROM logins LEFT JOIN leases ON login = id WHERE id = ?",
        )?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let lease = match before {
        None => return Ok(LeaseOutcome::LoginMissing),
        Some((Some(other), Some(end))) if other != holder[..] => {
            if end > now {
                return Ok(LeaseOutcome::HeldElsewhere);
            }
            LeaseOutcome::Acquired { abandoned: true }
        }
        Some(_) => LeaseOutcome::Acquired { abandoned: false },
    };
    let sql = "INSERT OR REPLACE INTO leases (login, holder, until) VALUES (?, ?, ?)";
    execute(&transaction, sql, params![id.as_bytes(), holder, until])?;
    transaction.commit()?;
    Ok(lease)
}

pub(super) fn end_lease(db: &Connection, id: &LoginId, holder: &LeaseHolder) -> Result<()> {
    let sql = "DELETE FROM leases WHERE login = ? AND holder = ?";
    execute(db, sql, params![id.as_bytes(), holder]).map(drop)
}

pub(super) fn swap_tokens(
    db: &Connection,
    id: &LoginId,
    expected: i64,
    tokens: &[u8],
) -> Result<CasOutcome> {
    let sql = "UPDATE logins SET tokens = ?, version = version + 1 WHERE id = ? AND version = ?";
    if execute(db, sql, params![tokens, id.as_bytes(), expected])? == 1 {
        return Ok(CasOutcome::Swapped);
    }
    let exists = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM logins WHERE id = ?)")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    Ok(if exists {
        CasOutcome::Conflict
    } else {
        CasOutcome::Missing
    })
}

pub(super) fn delete_login(db: &Connection, id: &LoginId) -> Result<Option<LoginRecord>> {
    // Not `query_row`: it stops at the row, before SQLite commits, and drops an error of the commit.
    db.prepare_cached("DELETE FROM logins WHERE id = ? RETURNING *")?
        .query_map([id.as_bytes()], login_record)?
        .collect::<Result<Vec<_>>>()
        .map(|mut rows| rows.pop())
}

pub(super) fn create_record(
    db: &Connection,
    key: &[u8; 32],
    record: &[u8],
    expires_at: i64,
) -> Result<bool> {
    let sql =
        "INSERT INTO records (key, record, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    execute(db, sql, params![key, record, expires_at]).map(|rows| rows == 1)
}

pub(super) fn update_record(
    db: &Connection,
    key: &[u8; 32],
    record: &[u8],
    expires_at: i64,
) -> Result<bool> {
    let sql = "UPDATE records SET record = ?, expires_at = ? WHERE key = ?";
    execute(db, sql, params![record, expires_at, key]).map(|rows| rows == 1)
}

pub(super) fn delete_record(db: &Connection, key: &[u8; 32]) -> Result<()> {
    execute(db, "DELETE FROM records WHERE key = ?", [key]).map(drop)
}

pub(super) fn consume_transaction(
    db: &Connection,
    key: &[u8; 32],
    expires_at: i64,
) -> Result<bool> {
    let sql = "INSERT INTO transactions (key, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING";
    execute(db, sql, params![key, expires_at]).map(|rows| rows == 1)
}

pub(super) fn delete_expired_logins(
    db: &Connection,
    now: i64,
    idle_before: i64,
    limit: u32,
) -> Result<u64> {
    let sql = "DELETE FROM logins WHERE id IN \
               (SELECT id FROM logins WHERE expires_at <= ? OR last_seen_at <= ? LIMIT ?)";
    execute(db, sql, params![now, idle_before, limit])
}

pub(super) fn delete_expired_records(db: &Connection, now: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM records WHERE key IN \
               (SELECT key FROM records WHERE expires_at <= ? LIMIT ?)";
    execute(db, sql, params![now, limit])
}

pub(super) fn delete_expired_transactions(db: &Connection, now: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM transactions WHERE key IN \
               (SELECT key FROM transactions WHERE expires_at <= ? LIMIT ?)";
    execute(db, sql, params![now, limit])
}

/// Returns the number of changed rows.
fn execute(db: &Connection, sql: &str, values: impl Params) -> Result<u64> {
    Ok(db.prepare_cached(sql)?.execute(values)? as u64)
}
