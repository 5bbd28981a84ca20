//! Second factors: the secret of each user, and the sessions in which it was used.

use sqlx::SqliteConnection;

use super::{json::encode, sessions::Session};
use crate::{settings::UserSettings, totp};

/// After this many wrong codes in a row, the second factor is blocked.
const MAX_FAILURES: i64 = 5;
/// How long it is blocked, in seconds.
const BLOCK_TTL: i64 = 5 * 60;

/// The result of a typed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    /// The code is wrong, or was used before (RFC 6238 §5.2).
    Wrong {
        attempts_left: i64,
    },
    /// Too many codes were wrong.
    Blocked,
}

/// Generates a secret for each user who has a second factor in the settings and no secret yet.
pub(super) async fn sync_from_settings(
    connection: &mut SqliteConnection,
    users: &[UserSettings],
) -> Result<(), sqlx::Error> {
    let subs: Vec<&str> = users
        .iter()
        .filter(|user| user.second_factor)
        .map(|user| user.sub.as_str())
        .collect();
    sqlx::query(
        "DELETE FROM second_factors WHERE sub NOT IN (SELECT value FROM json_each(?1))
         AND sub NOT IN (SELECT sub FROM changed_second_factors)",
    )
    .bind(encode(&subs)?)
    .execute(&mut *connection)
    .await?;
    for sub in subs {
        sqlx::query(
            "INSERT OR IGNORE INTO second_factors (sub, secret)
             SELECT ?1, ?2 WHERE ?1 NOT IN (SELECT sub FROM changed_second_factors)",
        )
        .bind(sub)
        .bind(totp::new_secret().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Returns the secret of the user.
pub(crate) async fn secret(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("SELECT secret FROM second_factors WHERE sub = ?1")
        .bind(sub)
        .fetch_optional(connection)
        .await
}

/// Returns the code that the user can type next, `None` if the user has no second factor.
pub(crate) async fn current_code(
    connection: &mut SqliteConnection,
    sub: &str,
    now: i64,
) -> Result<Option<String>, sqlx::Error> {
    let found: Option<(Vec<u8>, i64)> =
        sqlx::query_as("SELECT secret, last_period FROM second_factors WHERE sub = ?1")
            .bind(sub)
            .fetch_optional(connection)
            .await?;
    Ok(found
        .map(|(secret, last_period)| totp::code(&secret, totp::period(now).max(last_period + 1))))
}

/// Verifies the code that a user typed.
pub(crate) async fn verify(
    connection: &mut SqliteConnection,
    sub: &str,
    typed: &str,
    now: i64,
) -> Result<Verdict, sqlx::Error> {
    let found: Option<(Vec<u8>, i64, i64, i64)> = sqlx::query_as(
        "SELECT secret, last_period, failures, blocked_until FROM second_factors WHERE sub = ?1",
    )
    .bind(sub)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((secret, last_period, failures, blocked_until)) = found else {
        return Ok(Verdict::Blocked);
    };
    if now < blocked_until {
        return Ok(Verdict::Blocked);
    }
    let accepted = totp::period_of(&secret, typed, now).filter(|period| *period > last_period);
    if let Some(period) = accepted {
        sqlx::query("UPDATE second_factors SET last_period = ?2, failures = 0 WHERE sub = ?1")
            .bind(sub)
            .bind(period)
            .execute(connection)
            .await?;
        return Ok(Verdict::Accepted);
    }
    let failures = failures + 1;
    let is_blocked = failures >= MAX_FAILURES;
    sqlx::query("UPDATE second_factors SET failures = ?2, blocked_until = ?3 WHERE sub = ?1")
        .bind(sub)
        .bind(if is_blocked { 0 } else { failures })
        .bind(if is_blocked { now + BLOCK_TTL } else { 0 })
        .execute(connection)
        .await?;
    Ok(if is_blocked {
        Verdict::Blocked
    } else {
        Verdict::Wrong {
            attempts_left: MAX_FAILURES - failures,
        }
    })
}

/// Records that the user of the session gave the second factor.
pub(crate) async fn record(
    connection: &mut SqliteConnection,
    sid: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR REPLACE INTO session_second_factors (sid, given_at) VALUES (?1, ?2)")
        .bind(sid)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns when the user of the session gave the second factor, unless the user has logged in again since.
pub(crate) async fn given_at(
    connection: &mut SqliteConnection,
    session: &Session,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT given_at FROM session_second_factors WHERE sid = ?1 AND given_at >= ?2",
    )
    .bind(&session.sid)
    .bind(session.auth_time)
    .fetch_optional(connection)
    .await
}
