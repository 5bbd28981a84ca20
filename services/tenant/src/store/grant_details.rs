//! The authorization details of grants (RFC 9396).

use serde_json::Value;
use sqlx::SqliteConnection;

use super::json::{decode, encode};

/// Stores the details of a grant.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    grant_id: &str,
    details: &[Value],
) -> Result<(), sqlx::Error> {
    if details.is_empty() {
        return Ok(());
    }
    sqlx::query("INSERT INTO grant_details (grant_id, details) VALUES (?1, ?2)")
        .bind(grant_id)
        .bind(encode(&details)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the details of a grant.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    grant_id: &str,
) -> Result<Vec<Value>, sqlx::Error> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT details FROM grant_details WHERE grant_id = ?1")
            .bind(grant_id)
            .fetch_optional(connection)
            .await?;
    found.map_or_else(|| Ok(Vec::new()), |json| decode(&json))
}
