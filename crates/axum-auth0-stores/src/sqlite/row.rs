//! Conversion of rows and errors.

use axum_auth0_core::store::{LoginId, LoginRecord, StoreError};
use sqlx::{Row as _, sqlite::SqliteRow};

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err needs"
)]
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

pub(super) fn login_record(row: &SqliteRow) -> Result<LoginRecord, StoreError> {
    let read = || -> Result<LoginRecord, sqlx::Error> {
        let id: Vec<u8> = row.try_get("id")?;
        Ok(LoginRecord {
            id: id
                .try_into()
                .map(LoginId::from_bytes)
                .map_err(|_| sqlx::Error::Decode("the id of a login has 16 bytes".into()))?,
            subject: row.try_get("subject")?,
            provider_session: row.try_get("provider_session")?,
            created_at: row.try_get("created_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            expires_at: row.try_get("expires_at")?,
            version: row.try_get("version")?,
            tokens: row.try_get("tokens")?,
        })
    };
    read().map_err(store_error)
}
