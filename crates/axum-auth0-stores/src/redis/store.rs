//! The operations of the store as commands and scripts.

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, Store, StoreError,
};
use futures::future::try_join_all;

use super::{
    RedisStore,
    changes::RedisChanges,
    command, idle,
    index::{self, MAX_CREATION_TIME},
    row::{self, expiry},
    script,
};

/// Maximum number of logins that are loaded at once.
const PAGE: usize = 50;

#[async_trait]
impl Store for RedisStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        let key = self.keys.login(&row.id);
        let indexed = index::add(&self.connection, &self.keys, &row);
        let ((), now) = futures::try_join!(indexed, self.server_time(&key))?;
        let (latest, expiry) = (
            (now + MAX_CREATION_TIME).to_string(),
            expiry(row.expires_at),
        );
        let fields = row::fields(&row);
        let mut arguments = vec![latest.as_bytes(), expiry.as_bytes()];
        for (name, value) in &fields {
            arguments.extend([name.as_bytes(), value]);
        }
        let created = self
            .connection
            .script(&script::CREATE_LOGIN, &key, &arguments);
        match created.await? {
            1 => Ok(()),
            0 => Err(StoreError("the login exists".to_owned())),
            _ => Err(StoreError(
                "the creation of a login took too long".to_owned(),
            )),
        }
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let mut load = command("HMGET", &self.keys.login(id));
        load.arg(&row::FIELDS);
        Ok(row::record(id, self.connection.read(&load).await?))
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        let (key, now) = (self.keys.login(id), now.to_string());
        let arguments = [now.as_bytes()];
        let marked = self
            .connection
            .script::<i64>(&script::MARK_USED, &key, &arguments);
        marked.await.map(drop)
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let (key, duration) = (self.keys.login(id), until.saturating_sub(now).to_string());
        let arguments = [&holder[..], duration.as_bytes()];
        let outcome = self
            .connection
            .script(&script::LEASE_LOGIN, &key, &arguments);
        Ok(match outcome.await? {
            0 => LeaseOutcome::LoginMissing,
            1 => LeaseOutcome::HeldElsewhere,
            outcome => LeaseOutcome::Acquired {
                abandoned: outcome == 3,
            },
        })
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        let (key, arguments) = (self.keys.login(id), [&holder[..]]);
        let ended = self
            .connection
            .script::<i64>(&script::END_LEASE, &key, &arguments);
        ended.await.map(drop)
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let key = self.keys.login(id);
        let versions = [expected, expected.saturating_add(1)].map(|version| version.to_string());
        let [expected, next] = versions.each_ref().map(String::as_bytes);
        let channel = self.keys.channel();
        let arguments = [channel.as_bytes(), expected, next, &tokens];
        let outcome = self
            .connection
            .script(&script::SWAP_TOKENS, &key, &arguments);
        Ok(match outcome.await? {
            1 => CasOutcome::Swapped,
            0 => CasOutcome::Conflict,
            _ => CasOutcome::Missing,
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let (key, channel) = (self.keys.login(id), self.keys.channel());
        let mut arguments = vec![channel.as_bytes()];
        arguments.extend(row::FIELDS.map(str::as_bytes));
        let deleted = self
            .connection
            .script(&script::DELETE_LOGIN, &key, &arguments);
        let values: Option<row::Values> = deleted.await?;
        let login = values.and_then(|values| row::record(id, values));
        if let Some(login) = &login {
            index::remove(&self.connection, &self.keys, login).await;
        }
        Ok(login)
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        self.set(&self.keys.record(key), &record, "NX", expires_at)
            .await
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        self.set(&self.keys.record(key), &record, "XX", expires_at)
            .await
    }

    async fn load_record(&self, key: &[u8; 32], _now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.connection
            .read(&command("GET", &self.keys.record(key)))
            .await
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        _now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        let exists = command("EXISTS", &self.keys.record(key));
        let mut state = command("HMGET", &self.keys.login(login));
        state.arg(&row::STATE_FIELDS);
        // Sent together, so this is one round trip.
        let (exists, state) = futures::try_join!(
            self.connection.read::<bool>(&exists),
            self.connection.read(&state)
        )?;
        Ok(row::state(state).filter(|_| exists))
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        let (key, channel) = (self.keys.record(key), self.keys.channel());
        let arguments = [channel.as_bytes()];
        let deleted = self
            .connection
            .script::<i64>(&script::DELETE_RECORD, &key, &arguments);
        deleted.await.map(drop)
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        self.set(&self.keys.transaction(key), b"", "NX", expires_at)
            .await
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        let limit = limit as usize;
        let index = self.keys.index(filter);
        let (mut found, mut stale) = (Vec::new(), Vec::new());
        let mut entries = index::entries(&self.connection, &index).await?.into_iter();
        while found.len() < limit {
            let count = PAGE.min(limit - found.len());
            let page: Vec<_> = entries.by_ref().take(count).collect();
            if page.is_empty() {
                break;
            }
            let logins = try_join_all(page.iter().map(|entry| self.load_login(&entry.id))).await?;
            for (entry, login) in page.into_iter().zip(logins) {
                match login {
                    Some(login) => found.extend(Some(login).filter(|login| filter.matches(login))),
                    None => stale.push(entry),
                }
            }
        }
        index::remove_stale(&self.connection, &index, &stale).await;
        Ok(found)
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let idle_time = now.saturating_sub(idle_before);
        idle::delete(&self.connection, &self.keys, idle_time, limit.into()).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let exists = command("EXISTS", &self.keys.schema());
        self.connection.read::<bool>(&exists).await.map(drop)
    }

    async fn subscribe(&self) -> Result<Option<Box<dyn ChangeFeed>>, StoreError> {
        let changes = RedisChanges::open(&self.connection, &self.keys).await?;
        Ok(Some(Box::new(changes)))
    }
}

impl RedisStore {
    /// Sets a key with an end if `condition` is met. Returns whether it was.
    async fn set(
        &self,
        key: &str,
        value: &[u8],
        condition: &str,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let mut set = command("SET", key);
        set.arg(value)
            .arg(condition)
            .arg("EXAT")
            .arg(expiry(expires_at));
        let done: Option<String> = self.connection.write(&set).await?;
        Ok(done.is_some())
    }
}
