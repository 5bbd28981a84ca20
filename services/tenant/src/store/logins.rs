//! Authorization requests during a login.

use sqlx::SqliteConnection;

use super::{
    authorization_request::AuthorizationRequest,
    json::{decode, encode},
};
use crate::opaque_id::{random_secret, sha256_base64url};

/// How long a login page is valid, in seconds.
const LOGIN_TTL: i64 = 60 * 60;
/// Any client can start a login, so the number of pending logins is limited. The oldest are deleted first.
const MAX_PENDING_LOGINS: i64 = 1_000;

/// A login that has not finished.
pub(crate) struct PendingLogin {
    pub(crate) request: AuthorizationRequest,
    /// The session in which the user has already authenticated for this login.
    pub(crate) sid: Option<String>,
}

/// Stores the request of a login and returns the login ID that the forms contain.
pub(crate) async fn start(
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    sid: Option<&str>,
    now: i64,
) -> Result<String, sqlx::Error> {
    let login_id = random_secret();
    sqlx::query(
        "INSERT INTO login_transactions (handle_hash, client_id, request, sid, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(sha256_base64url(&login_id))
    .bind(&request.client_id)
    .bind(encode(request)?)
    .bind(sid)
    .bind(now + LOGIN_TTL)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM login_transactions WHERE handle_hash NOT IN
         (SELECT handle_hash FROM login_transactions ORDER BY expires_at DESC, rowid DESC LIMIT ?1)",
    )
    .bind(MAX_PENDING_LOGINS)
    .execute(connection)
    .await?;
    Ok(login_id)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    login_id: &str,
    now: i64,
) -> Result<Option<PendingLogin>, sqlx::Error> {
    let found: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT request, sid FROM login_transactions WHERE handle_hash = ?1 AND expires_at > ?2",
    )
    .bind(sha256_base64url(login_id))
    .bind(now)
    .fetch_optional(connection)
    .await?;
    found
        .map(|(request, sid)| {
            Ok(PendingLogin {
                request: decode(&request)?,
                sid,
            })
        })
        .transpose()
}

/// Deletes a pending login. Returns `false` if it does not exist.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    login_id: &str,
) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query("DELETE FROM login_transactions WHERE handle_hash = ?1")
        .bind(sha256_base64url(login_id))
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected() == 1)
}
