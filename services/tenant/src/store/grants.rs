//! Grants. Each login creates one; codes, opaque access tokens and refresh tokens refer to it and are deleted with it.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

/// Grants per user and application, Auth0's limit for refresh tokens. The oldest are deleted first.
const MAX_GRANTS: i64 = 200;

/// What an application was granted by one login.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) sid: String,
    /// The API of the login; `None` if its access tokens are for `/userinfo` only.
    pub(crate) audience: Option<String>,
    /// The granted scopes, separated by spaces.
    pub(crate) scope: String,
    pub(crate) auth_time: i64,
    /// Whether ID tokens contain `auth_time` (OpenID Connect Core §2).
    pub(crate) show_auth_time: bool,
    /// Whether the user gave a second factor.
    pub(crate) second_factor: bool,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

impl FromRow<'_, SqliteRow> for Grant {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            client_id: row.try_get("client_id")?,
            sub: row.try_get("sub")?,
            sid: row.try_get("sid")?,
            audience: row.try_get("audience")?,
            scope: row.try_get("scope")?,
            auth_time: row.try_get("auth_time")?,
            show_auth_time: row.try_get("show_auth_time")?,
            second_factor: row.try_get("second_factor")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

impl Grant {
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty())
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    grant: &Grant,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO grants
         (id, client_id, sub, sid, audience, scope, auth_time, show_auth_time, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(&grant.id)
    .bind(&grant.client_id)
    .bind(&grant.sub)
    .bind(&grant.sid)
    .bind(&grant.audience)
    .bind(&grant.scope)
    .bind(grant.auth_time)
    .bind(grant.show_auth_time)
    .bind(grant.created_at)
    .bind(grant.expires_at)
    .execute(&mut *connection)
    .await?;
    if grant.second_factor {
        sqlx::query("INSERT INTO grant_second_factors (grant_id) VALUES (?1)")
            .bind(&grant.id)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "DELETE FROM grants WHERE client_id = ?1 AND sub = ?2 AND id NOT IN
         (SELECT id FROM grants WHERE client_id = ?1 AND sub = ?2 ORDER BY created_at DESC, rowid DESC LIMIT ?3)",
    )
    .bind(&grant.client_id)
    .bind(&grant.sub)
    .bind(MAX_GRANTS)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<Grant>, sqlx::Error> {
    sqlx::query_as(
        "SELECT *, EXISTS (SELECT 1 FROM grant_second_factors WHERE grant_id = id) AS second_factor
         FROM grants WHERE id = ?1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// Deletes a grant with its codes and tokens.
pub(crate) async fn revoke(connection: &mut SqliteConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM grants WHERE id = ?1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
