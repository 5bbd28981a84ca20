//! Logins that wait for the approval of their user on another device (OpenID Connect CIBA Core 1.0).

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::opaque_id::{random_secret, sha256_base64url};

/// The oldest requests are deleted first.
const MAX_REQUESTS: i64 = 1_000;

/// A request, without its identifier.
#[derive(Clone, Debug)]
pub(crate) struct BackchannelRequest {
    /// The hash of `auth_req_id`.
    pub(crate) id_hash: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) audience: Option<String>,
    /// The granted scopes, separated by spaces.
    pub(crate) scope: String,
    pub(crate) binding_message: String,
    /// Whether the user approved; `None` if the user has not decided.
    pub(crate) approved: Option<bool>,
    /// The time of the last poll, or of the request.
    pub(crate) polled_at: i64,
    pub(crate) expires_at: i64,
}

impl FromRow<'_, SqliteRow> for BackchannelRequest {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id_hash: row.try_get("id_hash")?,
            client_id: row.try_get("client_id")?,
            sub: row.try_get("sub")?,
            audience: row.try_get("audience")?,
            scope: row.try_get("scope")?,
            binding_message: row.try_get("binding_message")?,
            approved: row.try_get("approved")?,
            polled_at: row.try_get("polled_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

/// Stores a request and returns its `auth_req_id`.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    request: &BackchannelRequest,
) -> Result<String, sqlx::Error> {
    let id = random_secret();
    sqlx::query(
        "INSERT INTO backchannel_requests
         (id_hash, client_id, sub, audience, scope, binding_message, polled_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(sha256_base64url(&id))
    .bind(&request.client_id)
    .bind(&request.sub)
    .bind(&request.audience)
    .bind(&request.scope)
    .bind(&request.binding_message)
    .bind(request.polled_at)
    .bind(request.expires_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM backchannel_requests WHERE id_hash NOT IN
         (SELECT id_hash FROM backchannel_requests ORDER BY expires_at DESC, rowid DESC LIMIT ?1)",
    )
    .bind(MAX_REQUESTS)
    .execute(connection)
    .await?;
    Ok(id)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<BackchannelRequest>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM backchannel_requests WHERE id_hash = ?1")
        .bind(sha256_base64url(id))
        .fetch_optional(connection)
        .await
}

/// Returns the requests whose user has not decided, newest first.
pub(crate) async fn list_waiting(
    connection: &mut SqliteConnection,
    now: i64,
) -> Result<Vec<BackchannelRequest>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM backchannel_requests WHERE approved IS NULL AND expires_at > ?1
         ORDER BY expires_at DESC, rowid DESC LIMIT 50",
    )
    .bind(now)
    .fetch_all(connection)
    .await
}

/// Records the decision of the user. Returns the request, if it still waits.
pub(crate) async fn decide(
    connection: &mut SqliteConnection,
    id_hash: &str,
    approved: bool,
    now: i64,
) -> Result<Option<BackchannelRequest>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE backchannel_requests SET approved = ?2
         WHERE id_hash = ?1 AND approved IS NULL AND expires_at > ?3 RETURNING *",
    )
    .bind(id_hash)
    .bind(approved)
    .bind(now)
    .fetch_optional(connection)
    .await
}

pub(crate) async fn record_poll(
    connection: &mut SqliteConnection,
    id_hash: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE backchannel_requests SET polled_at = ?2 WHERE id_hash = ?1")
        .bind(id_hash)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn delete(
    connection: &mut SqliteConnection,
    id_hash: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM backchannel_requests WHERE id_hash = ?1")
        .bind(id_hash)
        .execute(connection)
        .await?;
    Ok(())
}
