//! The content of the file: logins, records of sessions, consumed login transactions.
//!
//! Keys and bytes are base64. The tokens and records are already encrypted by the engine.

use std::collections::BTreeMap;

use axum_auth0::store::{LoginId, LoginRecord, StoreError};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tables {
    pub(crate) logins: BTreeMap<String, Login>,
    pub(crate) records: BTreeMap<String, Record>,
    /// The expiry of each consumed transaction.
    pub(crate) transactions: BTreeMap<String, i64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Login {
    issuer: String,
    subject: String,
    provider_session: Option<String>,
    created_at: i64,
    pub(crate) last_seen_at: i64,
    expires_at: i64,
    pub(crate) version: i64,
    pub(crate) tokens: String,
    details: String,
    /// Part of the login, so that both are deleted together.
    pub(crate) lease: Option<Lease>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Lease {
    pub(crate) holder: String,
    pub(crate) until: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) content: String,
    pub(crate) expires_at: i64,
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, StoreError> {
    STANDARD
        .decode(text)
        .map_err(|error| StoreError(format!("the sessions file is damaged: {error}")))
}

impl Login {
    pub(crate) fn new(row: LoginRecord) -> Self {
        Self {
            issuer: row.issuer,
            subject: row.subject,
            provider_session: row.provider_session,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            version: row.version,
            tokens: encode(&row.tokens),
            details: encode(&row.details),
            lease: None,
        }
    }

    pub(crate) fn to_record(&self, id: LoginId) -> Result<LoginRecord, StoreError> {
        Ok(LoginRecord {
            id,
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            provider_session: self.provider_session.clone(),
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            version: self.version,
            tokens: decode(&self.tokens)?,
            details: decode(&self.details)?,
        })
    }
}

impl Tables {
    /// Returns all logins.
    pub(crate) fn to_records(&self) -> Result<Vec<LoginRecord>, StoreError> {
        let logins = self.logins.iter();
        logins
            .map(|(key, login)| {
                let id = decode(key)?.try_into();
                let id = id.map_err(|_| {
                    StoreError("the sessions file is damaged: an identifier".to_owned())
                })?;
                login.to_record(LoginId::from_bytes(id))
            })
            .collect()
    }

    /// Deletes what ended, at most `limit` rows of each kind, and returns their number.
    pub(crate) fn delete_expired(&mut self, now: i64, idle_before: i64, limit: u32) -> u64 {
        delete(&mut self.logins, limit, |login| {
            login.expires_at <= now || login.last_seen_at <= idle_before
        }) + delete(&mut self.records, limit, |record| record.expires_at <= now)
            + delete(&mut self.transactions, limit, |expires_at| {
                *expires_at <= now
            })
    }
}

fn delete<V>(table: &mut BTreeMap<String, V>, limit: u32, has_ended: impl Fn(&V) -> bool) -> u64 {
    let mut deleted = 0;
    table.retain(|_, row| {
        let is_kept = deleted == u64::from(limit) || !has_ended(row);
        deleted += u64::from(!is_kept);
        is_kept
    });
    deleted
}
