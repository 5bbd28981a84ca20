//! Session transfer tokens, each for one login of its user at another application.

use sqlx::SqliteConnection;

use crate::opaque_id::{random_secret, sha256_base64url};

/// The lifetime in seconds; Auth0's default.
pub(crate) const SESSION_TRANSFER_TTL: i64 = 60;

/// Stores a token of the user `sub` and returns it.
pub(crate) async fn issue(
    connection: &mut SqliteConnection,
    sub: &str,
    now: i64,
) -> Result<String, sqlx::Error> {
    let token = random_secret();
    sqlx::query(
        "INSERT INTO session_transfer_tokens (token_hash, sub, expires_at) VALUES (?1, ?2, ?3)",
    )
    .bind(sha256_base64url(&token))
    .bind(sub)
    .bind(now + SESSION_TRANSFER_TTL)
    .execute(connection)
    .await?;
    Ok(token)
}

/// Removes a token, which can be used once, and returns its user.
pub(crate) async fn take(
    connection: &mut SqliteConnection,
    token: &str,
    now: i64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "DELETE FROM session_transfer_tokens WHERE token_hash = ?1 AND expires_at > ?2 RETURNING sub",
    )
    .bind(sha256_base64url(token))
    .bind(now)
    .fetch_optional(connection)
    .await
}
