//! Deletion of logins that were not used for a time. Redis deletes by itself what has reached its end.
//!
//! An index has a time for each login at which it was in use, at first that of the login. It is corrected only when it is
//! old, so that the use of a session costs no write to the index.

use axum_auth0_core::store::{LoginId, StoreError};
use futures::future::try_join_all;
use redis::Value;

use super::{connection::Connection, keys::Keys, script};

/// Maximum number of logins that are checked at once.
const BATCH: u64 = 100;

/// Deletes at most `limit` logins that were not used for `idle_time` seconds. Returns their number.
pub(super) async fn delete(
    connection: &Connection,
    keys: &Keys,
    idle_time: i64,
    limit: u64,
) -> Result<u64, StoreError> {
    let idle_time = idle_time.to_string();
    let mut deleted = 0;
    for index in keys.idle_indexes() {
        loop {
            let count = (limit - deleted).min(BATCH);
            if count == 0 {
                return Ok(deleted);
            }
            let count = count.to_string();
            let arguments = [idle_time.as_bytes(), count.as_bytes()];
            let candidates: Vec<Vec<u8>> = connection
                .script(&script::IDLE_CANDIDATES, &index, &arguments)
                .await?;
            if candidates.is_empty() {
                break;
            }
            let checks = candidates
                .iter()
                .map(|id| delete_if_idle(connection, keys, &index, id, &idle_time));
            let outcomes = try_join_all(checks).await?;
            deleted += outcomes.into_iter().map(u64::from).sum::<u64>();
        }
    }
    Ok(deleted)
}

/// Returns whether this call deleted the login.
async fn delete_if_idle(
    connection: &Connection,
    keys: &Keys,
    index: &str,
    id: &[u8],
    idle_time: &str,
) -> Result<bool, StoreError> {
    let outcome = match <[u8; 16]>::try_from(id) {
        Ok(bytes) => {
            let login = keys.login(&LoginId::from_bytes(bytes));
            let channel = keys.channel();
            let arguments = [idle_time.as_bytes(), channel.as_bytes()];
            connection
                .script(&script::DELETE_IDLE, &login, &arguments)
                .await?
        }
        Err(_) => Value::Nil,
    };
    let is_deleted = matches!(outcome, Value::Int(_));
    let mut change = redis::cmd(match outcome {
        Value::BulkString(_) => "ZADD",
        _ => "ZREM",
    });
    change.arg(index);
    if let Value::BulkString(last_use) = outcome {
        change.arg(last_use);
    }
    change.arg(id);
    connection.write::<i64>(&change).await?;
    Ok(is_deleted)
}
