//! Refresh tokens and opaque access tokens. JWTs are not stored.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::opaque_id::{random_secret, sha256_base64url};

/// A refresh token without its secret.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant_id: String,
    pub(crate) idle_until: i64,
    pub(crate) consumed_at: Option<i64>,
}

impl FromRow<'_, SqliteRow> for RefreshToken {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            grant_id: row.try_get("grant_id")?,
            idle_until: row.try_get("idle_until")?,
            consumed_at: row.try_get("consumed_at")?,
        })
    }
}

/// An opaque access token without its secret.
#[derive(Clone, Debug)]
pub(crate) struct OpaqueAccessToken {
    pub(crate) grant_id: String,
    pub(crate) scope: String,
    pub(crate) expires_at: i64,
}

impl FromRow<'_, SqliteRow> for OpaqueAccessToken {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            grant_id: row.try_get("grant_id")?,
            scope: row.try_get("scope")?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

pub(crate) async fn issue_refresh_token(
    connection: &mut SqliteConnection,
    grant_id: &str,
    idle_until: i64,
) -> Result<String, sqlx::Error> {
    let token = random_secret();
    sqlx::query(
        "INSERT INTO refresh_tokens (token_hash, grant_id, idle_until) VALUES (?1, ?2, ?3)",
    )
    .bind(sha256_base64url(&token))
    .bind(grant_id)
    .bind(idle_until)
    .execute(connection)
    .await?;
    Ok(token)
}

pub(crate) async fn find_refresh_token(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<RefreshToken>, sqlx::Error> {
    sqlx::query_as(
        "SELECT grant_id, idle_until, consumed_at FROM refresh_tokens WHERE token_hash = ?1",
    )
    .bind(sha256_base64url(token))
    .fetch_optional(connection)
    .await
}

/// Records the first use of a token with rotation. A second use within the leeway keeps the time of the first.
pub(crate) async fn mark_consumed(
    connection: &mut SqliteConnection,
    token: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE refresh_tokens SET consumed_at = COALESCE(consumed_at, ?2) WHERE token_hash = ?1",
    )
    .bind(sha256_base64url(token))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Records the use of a token without rotation.
pub(crate) async fn extend_idle_timeout(
    connection: &mut SqliteConnection,
    token: &str,
    idle_until: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE refresh_tokens SET idle_until = ?2 WHERE token_hash = ?1")
        .bind(sha256_base64url(token))
        .bind(idle_until)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes all refresh tokens and returns their number.
pub(crate) async fn revoke_all_refresh_tokens(
    connection: &mut SqliteConnection,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query("DELETE FROM refresh_tokens")
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

pub(crate) async fn issue_access_token(
    connection: &mut SqliteConnection,
    grant_id: &str,
    scope: &str,
    expires_at: i64,
) -> Result<String, sqlx::Error> {
    let token = random_secret();
    sqlx::query("INSERT INTO access_tokens (token_hash, grant_id, scope, expires_at) VALUES (?1, ?2, ?3, ?4)")
        .bind(sha256_base64url(&token))
        .bind(grant_id)
        .bind(scope)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(token)
}

pub(crate) async fn find_access_token(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<OpaqueAccessToken>, sqlx::Error> {
    sqlx::query_as("SELECT grant_id, scope, expires_at FROM access_tokens WHERE token_hash = ?1")
        .bind(sha256_base64url(token))
        .fetch_optional(connection)
        .await
}
