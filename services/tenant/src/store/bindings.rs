//! What codes and opaque access tokens are bound to: a key (RFC 9449) or a client certificate (RFC 8705).

use sqlx::SqliteConnection;

use crate::{binding::Binding, opaque_id::sha256_base64url};

/// Binds a code or an opaque token.
pub(crate) async fn bind(
    connection: &mut SqliteConnection,
    secret: &str,
    binding: &Binding,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    let (statement, thumbprint) = match binding {
        Binding::None => return Ok(()),
        Binding::Key(thumbprint) => (
            "INSERT INTO bound_keys (secret_hash, thumbprint, expires_at) VALUES (?1, ?2, ?3)",
            thumbprint,
        ),
        Binding::Certificate(thumbprint) => (
            "INSERT INTO bound_certificates (secret_hash, thumbprint, expires_at) VALUES (?1, ?2, ?3)",
            thumbprint,
        ),
    };
    sqlx::query(statement)
        .bind(sha256_base64url(secret))
        .bind(thumbprint)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns what a code or an opaque token is bound to.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    secret: &str,
) -> Result<Binding, sqlx::Error> {
    let hash = sha256_base64url(secret);
    let key = sqlx::query_scalar("SELECT thumbprint FROM bound_keys WHERE secret_hash = ?1")
        .bind(&hash)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(thumbprint) = key {
        return Ok(Binding::Key(thumbprint));
    }
    let certificate =
        sqlx::query_scalar("SELECT thumbprint FROM bound_certificates WHERE secret_hash = ?1")
            .bind(&hash)
            .fetch_optional(connection)
            .await?;
    Ok(certificate.map_or(Binding::None, Binding::Certificate))
}
