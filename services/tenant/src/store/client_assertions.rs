//! Client assertions that were used (RFC 7523 §3: `jti` prevents replay).

use sqlx::SqliteConnection;

use crate::opaque_id::sha256_base64url;

/// Records the `jti` of an assertion. Returns `false` if the application used it before.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    client_id: &str,
    id: &str,
    expires_at: i64,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "INSERT INTO client_assertions (client_id, id_hash, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )
    .bind(client_id)
    .bind(sha256_base64url(id))
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}
