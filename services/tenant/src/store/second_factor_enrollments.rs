//! Second factors that users set up, and their removal.

use sqlx::SqliteConnection;

use super::{second_factors, sessions::Session};
use crate::totp;

/// The result of the first code of a new second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enrollment {
    Done,
    WrongCode,
    /// The user has a second factor, which a new one must not replace.
    HasOne,
}

/// Returns the secret that the user of the session can set up. It remains the same until the session ends or a code
/// confirms it, and belongs to this session alone.
pub(crate) async fn pending_secret(
    connection: &mut SqliteConnection,
    session: &Session,
) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO pending_second_factors (sid, secret) VALUES (?1, ?2)")
        .bind(&session.sid)
        .bind(totp::new_secret().as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar("SELECT secret FROM pending_second_factors WHERE sid = ?1")
        .bind(&session.sid)
        .fetch_one(connection)
        .await
}

/// Makes the pending secret the second factor of the user, if `typed` is one of its codes. The code cannot be used again.
pub(crate) async fn confirm(
    connection: &mut SqliteConnection,
    session: &Session,
    typed: &str,
    now: i64,
) -> Result<Enrollment, sqlx::Error> {
    if second_factors::secret(connection, &session.sub)
        .await?
        .is_some()
    {
        return Ok(Enrollment::HasOne);
    }
    let secret = pending_secret(connection, session).await?;
    let Some(period) = totp::period_of(&secret, typed, now) else {
        return Ok(Enrollment::WrongCode);
    };
    sqlx::query("INSERT INTO second_factors (sub, secret, last_period) VALUES (?1, ?2, ?3)")
        .bind(&session.sub)
        .bind(secret)
        .bind(period)
        .execute(&mut *connection)
        .await?;
    forget_pending(connection, &session.sub).await?;
    mark_changed(connection, &session.sub).await?;
    Ok(Enrollment::Done)
}

/// Removes the second factor of a user, also from the sessions in which it was given. Returns whether there was one.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<bool, sqlx::Error> {
    let removed = sqlx::query("DELETE FROM second_factors WHERE sub = ?1")
        .bind(sub)
        .execute(&mut *connection)
        .await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "DELETE FROM session_second_factors WHERE sid IN (SELECT sid FROM sso_sessions WHERE sub = ?1)",
    )
    .bind(sub)
    .execute(&mut *connection)
    .await?;
    mark_changed(connection, sub).await?;
    Ok(true)
}

/// Deletes the secrets that other sessions of the user show: the user has a second factor now.
async fn forget_pending(connection: &mut SqliteConnection, sub: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM pending_second_factors WHERE sid IN (SELECT sid FROM sso_sessions WHERE sub = ?1)",
    )
    .bind(sub)
    .execute(connection)
    .await?;
    Ok(())
}

async fn mark_changed(connection: &mut SqliteConnection, sub: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO changed_second_factors (sub) VALUES (?1)")
        .bind(sub)
        .execute(connection)
        .await?;
    Ok(())
}
