//! A store in a `PostgreSQL` database, for a site on several hosts.

mod changes;
mod error;
mod options;
mod pool;
mod rows;
mod schema;
mod statements;
mod status;

use std::time::Duration;

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, Store, StoreError,
};
use sqlx::query;
use tokio::time::timeout;

use self::{
    changes::{PostgresChanges, notification},
    pool::Connections,
    rows::{get, login_record, login_state},
};
pub use self::{options::PostgresOptions, status::PostgresStatus};

/// Stores everything in tables of a `PostgreSQL` database, whose names begin with `auth0_`.
///
/// The clock of the server decides whether a lease or a row has expired. Every operation is one statement, except the cleanup; new tokens
/// and the deletion of a record are reported by a second one. Reports arrive over two further connections
/// ([`Store::subscribe`]), which a pooler in transaction mode prevents.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    options: PostgresOptions,
    connections: Connections,
}

impl PostgresStore {
    /// Connects to the database that `url` names, with the default settings: [`PostgresOptions::from_url`].
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::open(PostgresOptions::from_url(url)?).await
    }

    /// Connects to the database, and creates or updates the tables in the first schema of the search path.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database does not respond, or has the tables of a newer version.
    pub async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let connections = Connections::new(options.clone());
        schema::prepare(&connections).await?;
        Ok(Self {
            options,
            connections,
        })
    }

    /// Connects to the database and returns its state. Changes nothing, and does not create the tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database does not respond, or refuses the user.
    pub async fn status(options: PostgresOptions) -> Result<PostgresStatus, StoreError> {
        status::read(&Connections::new(options)).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        let statement = query(statements::CREATE_LOGIN)
            .bind(row.id.as_bytes())
            .bind(row.issuer.as_bytes())
            .bind(row.subject.as_bytes())
            .bind(row.provider_session.as_deref().map(str::as_bytes))
            .bind(row.created_at)
            .bind(row.last_seen_at)
            .bind(row.expires_at)
            .bind(row.version)
            .bind(&row.tokens)
            .bind(&row.details);
        self.connections.execute(statement).await.map(drop)
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let statement = query(statements::LOAD_LOGIN).bind(id.as_bytes());
        let rows = self.connections.rows(statement).await?;
        rows.first().map(login_record).transpose()
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        let statement = query(statements::MARK_USED).bind(id.as_bytes()).bind(now);
        self.connections.execute(statement).await.map(drop)
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let statement = query(statements::LEASE_LOGIN)
            .bind(id.as_bytes())
            .bind(holder.as_slice())
            .bind(until.saturating_sub(now));
        let rows = self.connections.rows(statement).await?;
        let Some(row) = rows.first() else {
            return Ok(LeaseOutcome::LoginMissing);
        };
        Ok(if get(row, "acquired")? {
            LeaseOutcome::Acquired {
                abandoned: get(row, "foreign_lease")?,
            }
        } else {
            LeaseOutcome::HeldElsewhere
        })
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        let statement = query(statements::END_LEASE)
            .bind(id.as_bytes())
            .bind(holder.as_slice());
        self.connections.execute(statement).await.map(drop)
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let statement = query(statements::SWAP_TOKENS)
            .bind(id.as_bytes())
            .bind(expected)
            .bind(&tokens);
        let rows = self.connections.rows(statement).await?;
        let row = rows.first();
        let row = row.ok_or_else(|| StoreError("PostgreSQL returned no row".to_owned()))?;
        Ok(match (get(row, "swapped")?, get(row, "found")?) {
            (true, _) => {
                // The tokens are stored, whatever happens now. Without the report, others use the former ones for a minute
                // at most.
                let report = self
                    .connections
                    .execute(notification("login", id.as_bytes()));
                if !matches!(timeout(REPORT_TIMEOUT, report).await, Ok(Ok(_))) {
                    tracing::debug!(login = ?id, "failed to report new tokens");
                }
                CasOutcome::Swapped
            }
            (false, true) => CasOutcome::Conflict,
            (false, false) => CasOutcome::Missing,
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let statement = query(statements::DELETE_LOGIN).bind(id.as_bytes());
        let rows = self.connections.rows(statement).await?;
        rows.first().map(login_record).transpose()
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let statement = query(statements::CREATE_RECORD)
            .bind(key.as_slice())
            .bind(&record)
            .bind(expires_at);
        Ok(self.connections.execute(statement).await? == 1)
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let statement = query(statements::UPDATE_RECORD)
            .bind(key.as_slice())
            .bind(&record)
            .bind(expires_at);
        Ok(self.connections.execute(statement).await? == 1)
    }

    async fn load_record(&self, key: &[u8; 32], _now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let statement = query(statements::LOAD_RECORD).bind(key.as_slice());
        let rows = self.connections.rows(statement).await?;
        rows.first().map(|row| get(row, "record")).transpose()
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        _now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        let statement = query(statements::CHECK_SESSION)
            .bind(key.as_slice())
            .bind(login.as_bytes());
        let rows = self.connections.rows(statement).await?;
        rows.first().map(login_state).transpose()
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        let statement = query(statements::DELETE_RECORD).bind(key.as_slice());
        if self.connections.execute(statement).await? > 0 {
            let report = notification("record", key);
            self.connections.execute(report).await?;
        }
        Ok(())
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let statement = query(statements::CONSUME_TRANSACTION)
            .bind(key.as_slice())
            .bind(expires_at);
        Ok(self.connections.execute(statement).await? == 1)
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        let (sql, issuer, value) = match filter {
            LoginFilter::User { issuer, subject } => (statements::FIND_BY_USER, issuer, subject),
            LoginFilter::ProviderSession { issuer, sid } => {
                (statements::FIND_BY_PROVIDER_SESSION, issuer, sid)
            }
        };
        let statement = query(sql)
            .bind(issuer.as_bytes())
            .bind(value.as_bytes())
            .bind(i64::from(limit));
        let rows = self.connections.rows(statement).await?;
        rows.iter().map(login_record).collect()
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        // Each is a transaction of its own, so that none holds locks for long.
        let expired = query(statements::DELETE_EXPIRED_LOGINS).bind(i64::from(limit));
        let expired = self.connections.execute(expired).await?;
        // The time without use does not depend on the clock of this process.
        let idle = query(statements::DELETE_IDLE_LOGINS)
            .bind(i64::from(limit).saturating_sub_unsigned(expired))
            .bind(now.saturating_sub(idle_before).min(MAX_IDLE));
        let mut deleted = expired + self.connections.execute(idle).await?;
        for sql in [
            statements::DELETE_EXPIRED_RECORDS,
            statements::DELETE_EXPIRED_TRANSACTIONS,
        ] {
            let statement = query(sql).bind(i64::from(limit));
            deleted += self.connections.execute(statement).await?;
        }
        Ok(deleted)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.connections.execute(query("SELECT 1")).await.map(drop)
    }

    async fn subscribe(&self) -> Result<Option<Box<dyn ChangeFeed>>, StoreError> {
        let changes = PostgresChanges::open(&self.options).await?;
        Ok(Some(Box::new(changes)))
    }
}

/// How long a refresh waits for the report of its tokens.
const REPORT_TIMEOUT: Duration = Duration::from_millis(500);

/// In seconds. The server subtracts it from its time.
const MAX_IDLE: i64 = i64::MAX / 2;
