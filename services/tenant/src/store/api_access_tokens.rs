//! Opaque access tokens of APIs.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::grants::Grant;
use crate::opaque_id::{random_secret, sha256_base64url};

/// An opaque access token of an API, without its secret.
#[derive(Clone, Debug)]
pub(crate) struct ApiAccessToken {
    pub(crate) audience: String,
    pub(crate) scope: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) grant: Grant,
}

impl FromRow<'_, SqliteRow> for ApiAccessToken {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            audience: row.try_get("token_audience")?,
            scope: row.try_get("token_scope")?,
            issued_at: row.try_get("token_issued_at")?,
            expires_at: row.try_get("token_expires_at")?,
            grant: Grant::from_row(row)?,
        })
    }
}

/// What a new token grants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewApiAccessToken<'request> {
    pub(crate) grant_id: &'request str,
    pub(crate) audience: &'request str,
    pub(crate) scope: &'request str,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) async fn issue(
    connection: &mut SqliteConnection,
    new: NewApiAccessToken<'_>,
) -> Result<String, sqlx::Error> {
    let token = random_secret();
    sqlx::query(
        "INSERT INTO api_access_tokens (token_hash, grant_id, audience, scope, issued_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(sha256_base64url(&token))
    .bind(new.grant_id)
    .bind(new.audience)
    .bind(new.scope)
    .bind(new.issued_at)
    .bind(new.expires_at)
    .execute(connection)
    .await?;
    Ok(token)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<ApiAccessToken>, sqlx::Error> {
    sqlx::query_as(
        "SELECT grants.*, EXISTS (SELECT 1 FROM grant_second_factors WHERE grant_id = grants.id) AS second_factor,
                api_access_tokens.audience AS token_audience, api_access_tokens.scope AS token_scope,
                api_access_tokens.issued_at AS token_issued_at, api_access_tokens.expires_at AS token_expires_at
         FROM api_access_tokens JOIN grants ON grants.id = api_access_tokens.grant_id
         WHERE api_access_tokens.token_hash = ?1",
    )
    .bind(sha256_base64url(token))
    .fetch_optional(connection)
    .await
}
