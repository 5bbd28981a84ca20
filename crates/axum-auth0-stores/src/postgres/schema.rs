//! Creates and updates the tables. Several replicas may start at once.

use std::time::Duration;

use axum_auth0_core::store::StoreError;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::time::timeout;

use super::pool::Connections;

/// The step from each version of the schema to the next one.
pub(super) const STEPS: &[&str] = &[include_str!("schema.sql"), include_str!("changes.sql")];

/// Locks out other replicas that start. The number identifies the lock in the database.
const LOCK: i64 = 0x6175_7468_305f_7331;

/// A step may rewrite a large table.
const TIMEOUT: Duration = Duration::from_mins(10);

/// Prepares the tables, in one transaction.
pub(super) async fn prepare(connections: &Connections) -> Result<(), StoreError> {
    let mut connection = connections.acquire().await?;
    let result = timeout(TIMEOUT, migrate(connection.get())).await;
    match connection.complete(result)? {
        found if found > STEPS.len() => Err(StoreError(format!(
            "the PostgreSQL database was written by a newer version (schema {found}, this version knows {})",
            STEPS.len()
        ))),
        _ => Ok(()),
    }
}

/// Returns the version that the database had, if it is the current one or a newer one, which stays as it is.
async fn migrate(connection: &mut PgConnection) -> sqlx::Result<usize> {
    // Without the lock, and without the right to create tables, which an application need not have.
    if let Some(found) = version(connection).await?
        && found >= STEPS.len()
    {
        return Ok(found);
    }
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT set_config('statement_timeout', '0', true), pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    // Another replica may have done it meanwhile.
    let found = version(&mut transaction).await?.unwrap_or(0);
    if found >= STEPS.len() {
        return Ok(found);
    }
    for step in &STEPS[found..] {
        transaction.execute(sqlx::raw_sql(*step)).await?;
    }
    let set_version = "CREATE TABLE IF NOT EXISTS auth0_schema (version integer NOT NULL); DELETE FROM auth0_schema";
    transaction.execute(sqlx::raw_sql(set_version)).await?;
    sqlx::query("INSERT INTO auth0_schema VALUES ($1)")
        .bind(i32::try_from(STEPS.len()).unwrap_or(i32::MAX))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(STEPS.len())
}

/// `None` if the database has no tables of this store in its search path.
pub(super) async fn version(connection: &mut PgConnection) -> sqlx::Result<Option<usize>> {
    // Not `to_regclass`: within a transaction it does not see a table that another one created meanwhile.
    let exists = "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'auth0_schema' AND pg_table_is_visible(oid))";
    let exists: bool = sqlx::query_scalar(exists)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(None);
    }
    let version: i32 = sqlx::query_scalar("SELECT version FROM auth0_schema")
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(version).ok())
}
