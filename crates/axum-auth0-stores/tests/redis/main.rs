//! The store in Redis, on real servers that the tests start.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod changes;
mod cluster;
mod contract;
mod indexes;
mod outages;
mod requests;
mod settings;

use std::sync::Arc;

use axum_auth0_core::store::{LoginId, LoginRecord, SharedStore};
use axum_auth0_stores::{RedisOptions, RedisStore};

/// The default prefix of keys.
const PREFIX: &str = "auth0:";

async fn connect(url: &str) -> SharedStore {
    let options = RedisOptions::from_url(url).unwrap();
    Arc::new(RedisStore::connect(options).await.unwrap())
}

fn id(byte: u8) -> LoginId {
    LoginId::from_bytes([byte; 16])
}

fn now() -> i64 {
    use axum_auth0_core::clock::{Clock as _, SystemClock};
    SystemClock.unix_seconds()
}

fn login(byte: u8) -> LoginRecord {
    let now = now();
    LoginRecord {
        id: id(byte),
        issuer: "https://tenant.example/".to_owned(),
        subject: "auth0|alice".to_owned(),
        provider_session: Some("s1".to_owned()),
        created_at: now,
        last_seen_at: now,
        expires_at: now + 7_200,
        version: 0,
        tokens: vec![byte; 3_000],
        details: vec![byte; 100],
    }
}

fn key_of(byte: u8) -> String {
    format!("{PREFIX}login:{}", format!("{byte:02x}").repeat(16))
}
