//! Rows as values of the store.

use axum_auth0_core::store::{LoginId, LoginRecord, LoginState, StoreError};
use sqlx::{Row as _, postgres::PgRow};

use super::error::store_error;

pub(super) fn login_record(row: &PgRow) -> Result<LoginRecord, StoreError> {
    let id: Vec<u8> = get(row, "id")?;
    let id = id.try_into();
    Ok(LoginRecord {
        id: LoginId::from_bytes(id.map_err(|_| damaged("id"))?),
        issuer: text(get(row, "issuer")?)?,
        subject: text(get(row, "subject")?)?,
        provider_session: get::<Option<_>>(row, "provider_session")?
            .map(text)
            .transpose()?,
        created_at: get(row, "created_at")?,
        last_seen_at: get(row, "last_seen_at")?,
        expires_at: get(row, "expires_at")?,
        version: get(row, "version")?,
        tokens: get(row, "tokens")?,
        details: get(row, "details")?,
    })
}

pub(super) fn login_state(row: &PgRow) -> Result<LoginState, StoreError> {
    Ok(LoginState {
        version: get(row, "version")?,
        last_seen_at: get(row, "last_seen_at")?,
        expires_at: get(row, "expires_at")?,
    })
}

pub(super) fn get<'r, T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>>(
    row: &'r PgRow,
    column: &'static str,
) -> Result<T, StoreError> {
    row.try_get(column).map_err(|error| store_error(&error))
}

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|_| damaged("a text"))
}

fn damaged(what: &str) -> StoreError {
    StoreError(format!("a login in PostgreSQL is damaged: {what}"))
}
