//! Pushed authorization requests (RFC 9126).

use sqlx::SqliteConnection;

use super::{
    authorization_request::AuthorizationRequest,
    json::{decode, encode},
};
use crate::opaque_id::{random_secret, sha256_base64url};

/// How long a pushed request is valid, in seconds; Auth0's value.
pub(crate) const PUSHED_REQUEST_TTL: i64 = 30;
/// The oldest pushed requests are deleted first.
const MAX_PUSHED_REQUESTS: i64 = 1_000;

/// Stores a request and returns the reference that its `request_uri` contains (RFC 9126 §2.2).
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    now: i64,
) -> Result<String, sqlx::Error> {
    let reference = random_secret();
    sqlx::query("INSERT INTO pushed_requests (handle_hash, client_id, request, expires_at) VALUES (?1, ?2, ?3, ?4)")
        .bind(sha256_base64url(&reference))
        .bind(&request.client_id)
        .bind(encode(request)?)
        .bind(now + PUSHED_REQUEST_TTL)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM pushed_requests WHERE handle_hash NOT IN
         (SELECT handle_hash FROM pushed_requests ORDER BY expires_at DESC, rowid DESC LIMIT ?1)",
    )
    .bind(MAX_PUSHED_REQUESTS)
    .execute(connection)
    .await?;
    Ok(reference)
}

/// Removes and returns a pushed request, which can be used once (RFC 9126 §7.3).
pub(crate) async fn take(
    connection: &mut SqliteConnection,
    reference: &str,
    client_id: &str,
    now: i64,
) -> Result<Option<AuthorizationRequest>, sqlx::Error> {
    let found: Option<String> = sqlx::query_scalar(
        "DELETE FROM pushed_requests WHERE handle_hash = ?1 AND client_id = ?2 AND expires_at > ?3 RETURNING request",
    )
    .bind(sha256_base64url(reference))
    .bind(client_id)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    found.map(|request| decode(&request)).transpose()
}
