//! Signing keys: at most one current and one previous key.

use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

/// A private key.
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) pkcs1_der: Vec<u8>,
}

impl FromRow<'_, SqliteRow> for StoredKey {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kid: row.try_get("kid")?,
            pkcs1_der: row.try_get("pkcs1_der")?,
        })
    }
}

pub(crate) async fn current(
    connection: &mut SqliteConnection,
) -> Result<Option<StoredKey>, sqlx::Error> {
    sqlx::query_as("SELECT kid, pkcs1_der FROM signing_keys WHERE state = 'current'")
        .fetch_optional(connection)
        .await
}

pub(crate) async fn previous(
    connection: &mut SqliteConnection,
) -> Result<Option<StoredKey>, sqlx::Error> {
    sqlx::query_as("SELECT kid, pkcs1_der FROM signing_keys WHERE state = 'previous'")
        .fetch_optional(connection)
        .await
}

/// Stores `key` as the current key. The current key becomes the previous key, and the previous key is deleted.
pub(crate) async fn rotate(
    connection: &mut SqliteConnection,
    key: &StoredKey,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM signing_keys WHERE state = 'previous'")
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE signing_keys SET state = 'previous'")
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO signing_keys (kid, pkcs1_der, state) VALUES (?1, ?2, 'current')")
        .bind(&key.kid)
        .bind(&key.pkcs1_der)
        .execute(connection)
        .await?;
    Ok(())
}
