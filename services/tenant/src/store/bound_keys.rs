//! The keys that codes and opaque access tokens are bound to (RFC 9449).

use sqlx::SqliteConnection;

use crate::opaque_id::sha256_base64url;

/// Binds a code or an opaque token to the key with this thumbprint.
pub(crate) async fn bind(
    connection: &mut SqliteConnection,
    secret: &str,
    thumbprint: &str,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO bound_keys (secret_hash, thumbprint, expires_at) VALUES (?1, ?2, ?3)")
        .bind(sha256_base64url(secret))
        .bind(thumbprint)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the thumbprint of the key that a code or an opaque token is bound to.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    secret: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT thumbprint FROM bound_keys WHERE secret_hash = ?1")
        .bind(sha256_base64url(secret))
        .fetch_optional(connection)
        .await
}
