//! Reports changes by `LISTEN` and `NOTIFY`.
//!
//! The end of a login is notified within its transaction, by a trigger. The server lets one transaction at a time commit with a
//! notification, and each waits for the disk, so the more frequent changes are notified after their commit, by a transaction
//! that writes nothing. They are complete when this is done.
//!
//! `PostgreSQL` delivers the notifications of all transactions in the order of their commits. So when a notification of this
//! process comes back, every change that was committed before it was sent has been delivered. The listening connection only
//! listens, and another one sends: behind a pooler that lends connections for one transaction, nothing comes back.

use std::{fmt::Write as _, time::Duration};

use async_trait::async_trait;
use axum_auth0_core::{
    random::{SystemRandom, bytes},
    store::{ChangeFeed, LoginId, StoreChange, StoreError},
};
use sqlx::{
    PgPool,
    postgres::{PgListener, PgNotification, PgPoolOptions},
};
use tokio::time::{Instant, timeout, timeout_at};

use super::{PostgresOptions, error::store_error, pool::Statement};

/// The channel of the triggers in `changes.sql`, and of [`notification`].
const CHANNEL: &str = "auth0_changes";

/// Interval between notifications of this process to itself.
const PROOF_INTERVAL: Duration = Duration::from_millis(250);

/// Maximum time until a notification has come back.
const PROOF_TIMEOUT: Duration = Duration::from_secs(3);

/// Two connections outside of the pool of the store: one listens, one sends.
pub(super) struct PostgresChanges {
    connections: PgPool,
    listener: PgListener,
    /// The channel of this feed alone.
    proof_channel: String,
    /// The number of the last notification of this process.
    sent: u64,
    sent_at: Instant,
    has_come_back: bool,
}

impl PostgresChanges {
    pub(super) async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let connections = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(options.acquire_timeout)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_before_acquire(false)
            .connect_lazy_with(options.connect.clone());
        let random: [u8; 8] = bytes(&SystemRandom);
        let proof_channel = format!("auth0_proof_{:016x}", u64::from_ne_bytes(random));
        let listen = async {
            let mut listener = PgListener::connect_with(&connections).await?;
            // A lost connection is the end of the feed: what was notified meanwhile is missing.
            listener.eager_reconnect(false);
            listener
                .listen_all([CHANNEL, proof_channel.as_str()])
                .await?;
            Ok(listener)
        };
        let listener = timeout(PROOF_TIMEOUT, listen).await;
        let listener = listener.map_err(|_| not_delivered())?;
        Ok(Self {
            listener: listener.map_err(|error| store_error(&error))?,
            connections,
            proof_channel,
            sent: 0,
            sent_at: Instant::now(),
            has_come_back: true,
        })
    }

    async fn send(&mut self) -> Result<(), StoreError> {
        self.sent += 1;
        self.has_come_back = false;
        // Before the notification is sent: what is committed later may come after it.
        self.sent_at = Instant::now();
        let notify = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(&self.proof_channel)
            .bind(self.sent.to_string())
            .execute(&self.connections);
        let notified = timeout(PROOF_TIMEOUT, notify).await;
        let notified = notified.map_err(|_| not_delivered())?;
        notified.map(drop).map_err(|error| store_error(&error))
    }

    fn read(&mut self, notification: &PgNotification) -> Result<Option<StoreChange>, StoreError> {
        let payload = notification.payload();
        if notification.channel() == self.proof_channel {
            if payload != self.sent.to_string() {
                return Ok(None);
            }
            self.has_come_back = true;
            return Ok(Some(StoreChange::Current(self.sent_at)));
        }
        let change = parse(payload);
        let change = change.ok_or_else(|| lost("all sessions may have changed"));
        change.map(Some)
    }
}

#[async_trait]
impl ChangeFeed for PostgresChanges {
    async fn next(&mut self) -> Result<StoreChange, StoreError> {
        loop {
            let next = self.sent_at + PROOF_INTERVAL;
            if self.has_come_back && (self.sent == 0 || Instant::now() >= next) {
                self.send().await?;
            }
            let deadline = if self.has_come_back {
                next
            } else {
                self.sent_at + PROOF_TIMEOUT
            };
            match timeout_at(deadline, self.listener.try_recv()).await {
                Ok(Ok(Some(notification))) => {
                    if let Some(change) = self.read(&notification)? {
                        return Ok(change);
                    }
                }
                Ok(Ok(None)) => return Err(lost("the connection was closed")),
                Ok(Err(error)) => return Err(store_error(&error)),
                Err(_) if self.has_come_back => {}
                Err(_) => return Err(not_delivered()),
            }
        }
    }
}

/// Returns the statement that reports a change after its commit.
pub(super) fn notification(kind: &str, key: &[u8]) -> Statement<'static> {
    let mut payload = format!("{kind} ");
    for byte in key {
        // Writing to a string does not fail.
        let _ = write!(payload, "{byte:02x}");
    }
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(payload)
}

/// Parses the payload of a trigger or of [`notification`]. `None` if it does not name one row, or is of another version.
fn parse(payload: &str) -> Option<StoreChange> {
    match payload.split_once(' ')? {
        ("login", id) => decode(id).map(LoginId::from_bytes).map(StoreChange::Login),
        ("record", key) => decode(key).map(StoreChange::Record),
        _ => None,
    }
}

/// Decodes `encode(bytes, 'hex')`.
fn decode<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if hex.len() != 2 * N || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn lost(why: &str) -> StoreError {
    StoreError(format!("notifications of PostgreSQL were lost: {why}"))
}

fn not_delivered() -> StoreError {
    StoreError("PostgreSQL delivers no notifications".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_of_the_triggers_are_parsed() {
        let login = parse(&format!("login {}", "0a".repeat(16)));
        let id = LoginId::from_bytes([10; 16]);
        assert_eq!(login, Some(StoreChange::Login(id)));
        let record = parse(&format!("record {}", "ff".repeat(32)));
        assert_eq!(record, Some(StoreChange::Record([255; 32])));
        for other in ["all", "", "login 0a", "login", "table 0a0a"] {
            assert_eq!(parse(other), None, "{other}");
        }
        assert_eq!(parse(&format!("login {}", "é".repeat(16))), None);
    }
}
