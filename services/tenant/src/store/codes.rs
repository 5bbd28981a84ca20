//! Authorization codes (RFC 6749 §4.1.2). A code is valid for one use within a minute.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::opaque_id::{random_secret, sha256_base64url};

/// How long a code is valid, in seconds.
const CODE_TTL: i64 = 60;

/// A code without its secret.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) grant_id: String,
    pub(crate) redirect_uri: String,
    /// The S256 code challenge (RFC 7636).
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: i64,
    pub(crate) used: bool,
}

impl FromRow<'_, SqliteRow> for Code {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            grant_id: row.try_get("grant_id")?,
            redirect_uri: row.try_get("redirect_uri")?,
            challenge: row.try_get("code_challenge")?,
            nonce: row.try_get("nonce")?,
            expires_at: row.try_get("expires_at")?,
            used: row.try_get("used")?,
        })
    }
}

/// Issues a code for a grant, bound to the redirect URI and the code challenge of the request.
pub(crate) async fn issue(
    connection: &mut SqliteConnection,
    grant_id: &str,
    redirect_uri: &str,
    challenge: Option<&str>,
    nonce: Option<&str>,
    now: i64,
) -> Result<String, sqlx::Error> {
    let code = random_secret();
    sqlx::query(
        "INSERT INTO codes (code_hash, grant_id, redirect_uri, code_challenge, nonce, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(sha256_base64url(&code))
    .bind(grant_id)
    .bind(redirect_uri)
    .bind(challenge)
    .bind(nonce)
    .bind(now + CODE_TTL)
    .execute(connection)
    .await?;
    Ok(code)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    code: &str,
) -> Result<Option<Code>, sqlx::Error> {
    sqlx::query_as(
        "SELECT grant_id, redirect_uri, code_challenge, nonce, expires_at, used FROM codes WHERE code_hash = ?1",
    )
    .bind(sha256_base64url(code))
    .fetch_optional(connection)
    .await
}

pub(crate) async fn mark_used(
    connection: &mut SqliteConnection,
    code: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE codes SET used = 1 WHERE code_hash = ?1")
        .bind(sha256_base64url(code))
        .execute(connection)
        .await?;
    Ok(())
}
