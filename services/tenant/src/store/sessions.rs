//! Who is logged in at the tenant itself: the single sign-on session behind the cookie.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::registry::Application;
use crate::handle::{fingerprint, unguessable, unique};

/// After how many seconds without a login a session ends (Auth0: 3 days).
const IDLE: i64 = 3 * 24 * 60 * 60;
/// After how many seconds a session ends in any case (Auth0: 7 days).
pub(crate) const LIFETIME: i64 = 7 * 24 * 60 * 60;

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

/// The session of a cookie. Looking it up counts as use.
pub(crate) async fn of_cookie(
    connection: &mut SqliteConnection,
    cookie: &str,
    now: i64,
) -> Result<Option<Session>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE sso_sessions SET idle_until = ?2 + ?3
         WHERE cookie_hash = ?1 AND idle_until > ?2 AND expires_at > ?2 RETURNING sid, sub, auth_time",
    )
    .bind(fingerprint(cookie))
    .bind(now)
    .bind(IDLE)
    .fetch_optional(connection)
    .await
}

/// Starts a session for a user who just proved who they are; answers it and its cookie.
pub(crate) async fn start(
    connection: &mut SqliteConnection,
    sub: &str,
    now: i64,
) -> Result<(Session, String), sqlx::Error> {
    let cookie = unguessable();
    let session = Session {
        sid: unique(),
        sub: sub.to_owned(),
        auth_time: now,
    };
    sqlx::query(
        "INSERT INTO sso_sessions (sid, cookie_hash, sub, auth_time, idle_until, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&session.sid)
    .bind(fingerprint(&cookie))
    .bind(sub)
    .bind(now)
    .bind(now + IDLE)
    .bind(now + LIFETIME)
    .execute(connection)
    .await?;
    Ok((session, cookie))
}

/// Notes that the user of `session` proved again who they are. The cookie changes, so that one planted before is worth nothing.
pub(crate) async fn renew(
    connection: &mut SqliteConnection,
    session: Session,
    now: i64,
) -> Result<(Session, String), sqlx::Error> {
    let cookie = unguessable();
    sqlx::query(
        "UPDATE sso_sessions SET cookie_hash = ?2, auth_time = ?3, idle_until = ?4, expires_at = ?5 WHERE sid = ?1",
    )
    .bind(&session.sid)
    .bind(fingerprint(&cookie))
    .bind(now)
    .bind(now + IDLE)
    .bind(now + LIFETIME)
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

/// Notes that the session logged its user in to an application, which will be told when the session ends.
pub(crate) async fn joined_by(
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

/// Ends a session; answers whose it was and the applications that took part in it.
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
        .map(|json| super::registry::decode(json))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ended.map(|session| (session, applications)))
}

/// The `sid` of every session.
pub(crate) async fn all_sids(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT sid FROM sso_sessions")
        .fetch_all(connection)
        .await
}
