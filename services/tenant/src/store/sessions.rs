//! Single sign-on sessions.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{applications::Application, json::decode};
use crate::opaque_id::{random_id, random_secret, sha256_base64url};

/// A session without a login expires after this time, in seconds (Auth0: 3 days).
const IDLE_TIMEOUT: i64 = 3 * 24 * 60 * 60;
/// The maximum lifetime of a session, in seconds (Auth0: 7 days).
pub(crate) const ABSOLUTE_TIMEOUT: i64 = 7 * 24 * 60 * 60;

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) sid: String,
    pub(crate) sub: String,
    pub(crate) auth_time: i64,
}

impl FromRow<'_, SqliteRow> for Session {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            sid: row.try_get("sid")?,
            sub: row.try_get("sub")?,
            auth_time: row.try_get("auth_time")?,
        })
    }
}

/// Returns the session of a cookie and extends its idle timeout.
pub(crate) async fn find_by_cookie(
    connection: &mut SqliteConnection,
    cookie: &str,
    now: i64,
) -> Result<Option<Session>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE sso_sessions SET idle_until = ?2 + ?3
         WHERE cookie_hash = ?1 AND idle_until > ?2 AND expires_at > ?2 RETURNING sid, sub, auth_time",
    )
    .bind(sha256_base64url(cookie))
    .bind(now)
    .bind(IDLE_TIMEOUT)
    .fetch_optional(connection)
    .await
}

/// Starts a session for a user who has just authenticated. Returns the session and its cookie.
pub(crate) async fn start(
    connection: &mut SqliteConnection,
    sub: &str,
    now: i64,
) -> Result<(Session, String), sqlx::Error> {
    let cookie = random_secret();
    let session = Session {
        sid: random_id(),
        sub: sub.to_owned(),
        auth_time: now,
    };
    sqlx::query(
        "INSERT INTO sso_sessions (sid, cookie_hash, sub, auth_time, idle_until, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&session.sid)
    .bind(sha256_base64url(&cookie))
    .bind(sub)
    .bind(now)
    .bind(now + IDLE_TIMEOUT)
    .bind(now + ABSOLUTE_TIMEOUT)
    .execute(connection)
    .await?;
    Ok((session, cookie))
}

/// Renews a session after its user has authenticated again. The cookie changes, which prevents session fixation.
pub(crate) async fn renew(
    connection: &mut SqliteConnection,
    session: Session,
    now: i64,
) -> Result<(Session, String), sqlx::Error> {
    let cookie = random_secret();
    sqlx::query(
        "UPDATE sso_sessions SET cookie_hash = ?2, auth_time = ?3, idle_until = ?4, expires_at = ?5 WHERE sid = ?1",
    )
    .bind(&session.sid)
    .bind(sha256_base64url(&cookie))
    .bind(now)
    .bind(now + IDLE_TIMEOUT)
    .bind(now + ABSOLUTE_TIMEOUT)
    .execute(connection)
    .await?;
    Ok((
        Session {
            auth_time: now,
            ..session
        },
        cookie,
    ))
}

/// Records that the session logged its user in to an application, which is notified when the session ends.
pub(crate) async fn add_application(
    connection: &mut SqliteConnection,
    sid: &str,
    client_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO session_applications (sid, client_id) VALUES (?1, ?2)")
        .bind(sid)
        .bind(client_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes a session. Returns it and the applications to which it logged its user in.
pub(crate) async fn end(
    connection: &mut SqliteConnection,
    sid: &str,
) -> Result<Option<(Session, Vec<Application>)>, sqlx::Error> {
    let definitions: Vec<String> = sqlx::query_scalar(
        "SELECT definition FROM applications JOIN session_applications USING (client_id) WHERE sid = ?1",
    )
    .bind(sid)
    .fetch_all(&mut *connection)
    .await?;
    let ended: Option<Session> =
        sqlx::query_as("DELETE FROM sso_sessions WHERE sid = ?1 RETURNING sid, sub, auth_time")
            .bind(sid)
            .fetch_optional(connection)
            .await?;
    let applications = definitions
        .iter()
        .map(|json| decode(json))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ended.map(|session| (session, applications)))
}

/// Returns the `sid` of each session.
pub(crate) async fn list_sids(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT sid FROM sso_sessions")
        .fetch_all(connection)
        .await
}

/// Deletes the sessions of a user. Returns their number.
pub(crate) async fn end_of_user(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<u64, sqlx::Error> {
    let ended = sqlx::query("DELETE FROM sso_sessions WHERE sub = ?1")
        .bind(sub)
        .execute(connection)
        .await?;
    Ok(ended.rows_affected())
}

/// Returns the number of sessions that have not expired.
pub(crate) async fn count(connection: &mut SqliteConnection, now: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM sso_sessions WHERE idle_until > ?1 AND expires_at > ?1",
    )
    .bind(now)
    .fetch_one(connection)
    .await
}

/// Returns the newest `limit` sessions that have not expired, with the names of the applications to which each logged its
/// user in.
pub(crate) async fn list_newest(
    connection: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<(Session, Vec<String>)>, sqlx::Error> {
    let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
        "SELECT sid, sub, auth_time,
            (SELECT json_group_array(definition ->> 'name') FROM applications
             JOIN session_applications USING (client_id) WHERE session_applications.sid = sso_sessions.sid)
         FROM sso_sessions WHERE idle_until > ?1 AND expires_at > ?1 ORDER BY auth_time DESC, rowid DESC LIMIT ?2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(sid, sub, auth_time, names)| {
            Ok((
                Session {
                    sid,
                    sub,
                    auth_time,
                },
                decode(&names)?,
            ))
        })
        .collect()
}
