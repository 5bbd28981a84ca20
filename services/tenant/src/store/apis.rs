//! The APIs of the settings.

use sqlx::SqliteConnection;

use super::json::{decode, encode};
use crate::settings::ApiSettings;

/// Replaces the stored APIs.
pub(crate) async fn sync_from_settings(
    connection: &mut SqliteConnection,
    apis: &[ApiSettings],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM apis")
        .execute(&mut *connection)
        .await?;
    for api in apis {
        sqlx::query("INSERT INTO apis (identifier, definition) VALUES (?1, ?2)")
            .bind(&api.identifier)
            .bind(encode(api)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    identifier: &str,
) -> Result<Option<ApiSettings>, sqlx::Error> {
    let definition: Option<String> =
        sqlx::query_scalar("SELECT definition FROM apis WHERE identifier = ?1")
            .bind(identifier)
            .fetch_optional(connection)
            .await?;
    definition.map(|json| decode(&json)).transpose()
}

/// Returns all APIs, ordered by identifier.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
) -> Result<Vec<ApiSettings>, sqlx::Error> {
    let definitions: Vec<String> =
        sqlx::query_scalar("SELECT definition FROM apis ORDER BY identifier")
            .fetch_all(connection)
            .await?;
    definitions.iter().map(|json| decode(json)).collect()
}
