//! Authorization requests that wait: pushed ones for the browser, and those in the middle of a login.

use sqlx::SqliteConnection;

use super::registry::{decode, encode};
use crate::{
    authorize::request::AuthorizationRequest,
    handle::{fingerprint, unguessable},
};

/// How long a login page may stay open, in seconds.
const LOGIN_LIFETIME: i64 = 60 * 60;
/// How long a pushed request waits for the browser, in seconds; Auth0's value.
pub(crate) const PUSHED_LIFETIME: i64 = 30;
/// How many of each kind are kept; the oldest make room. Anybody can start a login, so there must be an end.
const KEPT: i64 = 1_000;

/// A login that is under way.
pub(crate) struct LoginTransaction {
    pub(crate) request: AuthorizationRequest,
    /// The session in which the user has already proved who they are, if they have.
    pub(crate) sid: Option<String>,
}

/// Remembers a request during a login; answers the handle that its forms carry.
pub(crate) async fn start_login(
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    sid: Option<&str>,
    now: i64,
) -> Result<String, sqlx::Error> {
    let handle = unguessable();
    sqlx::query(
        "INSERT INTO login_transactions (handle_hash, client_id, request, sid, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(fingerprint(&handle))
    .bind(&request.client_id)
    .bind(encode(request)?)
    .bind(sid)
    .bind(now + LOGIN_LIFETIME)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM login_transactions WHERE handle_hash NOT IN
         (SELECT handle_hash FROM login_transactions ORDER BY expires_at DESC, rowid DESC LIMIT ?1)",
    )
    .bind(KEPT)
    .execute(connection)
    .await?;
    Ok(handle)
}

pub(crate) async fn login(
    connection: &mut SqliteConnection,
    handle: &str,
    now: i64,
) -> Result<Option<LoginTransaction>, sqlx::Error> {
    let found: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT request, sid FROM login_transactions WHERE handle_hash = ?1 AND expires_at > ?2",
    )
    .bind(fingerprint(handle))
    .bind(now)
    .fetch_optional(connection)
    .await?;
    found
        .map(|(request, sid)| {
            Ok(LoginTransaction {
                request: decode(&request)?,
                sid,
            })
        })
        .transpose()
}

/// Ends a login; `false` if it had ended before.
pub(crate) async fn finish_login(
    connection: &mut SqliteConnection,
    handle: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM login_transactions WHERE handle_hash = ?1")
        .bind(fingerprint(handle))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers a pushed request; answers its handle (RFC 9126 §2.2).
pub(crate) async fn push(
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    now: i64,
) -> Result<String, sqlx::Error> {
    let handle = unguessable();
    sqlx::query("INSERT INTO pushed_requests (handle_hash, client_id, request, expires_at) VALUES (?1, ?2, ?3, ?4)")
        .bind(fingerprint(&handle))
        .bind(&request.client_id)
        .bind(encode(request)?)
        .bind(now + PUSHED_LIFETIME)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM pushed_requests WHERE handle_hash NOT IN
         (SELECT handle_hash FROM pushed_requests ORDER BY expires_at DESC, rowid DESC LIMIT ?1)",
    )
    .bind(KEPT)
    .execute(connection)
    .await?;
    Ok(handle)
}

/// Takes a pushed request out: it is good for one use (RFC 9126 §7.3).
pub(crate) async fn take_pushed(
    connection: &mut SqliteConnection,
    handle: &str,
    client_id: &str,
    now: i64,
) -> Result<Option<AuthorizationRequest>, sqlx::Error> {
    let found: Option<String> = sqlx::query_scalar(
        "DELETE FROM pushed_requests WHERE handle_hash = ?1 AND client_id = ?2 AND expires_at > ?3 RETURNING request",
    )
    .bind(fingerprint(handle))
    .bind(client_id)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    found.map(|request| decode(&request)).transpose()
}
