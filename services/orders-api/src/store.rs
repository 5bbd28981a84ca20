//! The orders of all users, in `SQLite`. Every statement names the owner: there is no way to another user's rows.

mod connections;

use axum_auth0::bearer::Bearer;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use time::Date;

use self::connections::Connections;
use crate::{
    Database, StartError,
    answer::Refusal,
    history,
    order::{NewOrder, Order},
};

/// A user has at most this many orders.
const MOST_ORDERS: i64 = 200;

const SCHEMA: &str = include_str!("store/schema.sql");

/// Whose orders. A subject is unique at its issuer only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'token> {
    issuer: &'token str,
    subject: &'token str,
}

impl<'token> Owner<'token> {
    pub(crate) fn of(token: &'token Bearer) -> Self {
        Self {
            issuer: token.issuer(),
            subject: token.subject(),
        }
    }
}

/// All orders. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store(Connections);

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self, StartError> {
        let connections = Connections::open(database).await?;
        sqlx::raw_sql(SCHEMA).execute(&connections.pool).await?;
        Ok(Self(connections))
    }

    /// The owner's orders, newest first; the five of the history when the owner is new.
    pub(crate) async fn list(
        &self,
        owner: Owner<'_>,
        today: Date,
    ) -> Result<Vec<Order>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, product, quantity, status, placed_at FROM orders WHERE owner = ? ORDER BY position DESC",
        )
        .bind(self.key_of(owner, today).await?)
        .fetch_all(&self.0.pool)
        .await?;
        rows.iter().map(order).collect()
    }

    /// Places an order, or finds the one that the owner has placed with this key.
    pub(crate) async fn place(
        &self,
        owner: Owner<'_>,
        new: &NewOrder,
        key: Option<&str>,
    ) -> Result<Order, Refusal> {
        let owner = self.key_of(owner, new.placed_at).await?;
        // IMMEDIATE: of two requests with one key, the second waits for the order of the first.
        let mut transaction = self.0.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(key) = key
            && let Some(first) = with_key(&mut transaction, owner, key).await?
        {
            return if first.product == new.wish.product && first.quantity == new.wish.quantity {
                Ok(first)
            } else {
                Err(Refusal::KeyReused)
            };
        }
        let placed = insert(&mut transaction, owner, new, key)
            .await?
            .ok_or(Refusal::TooMany)?;
        transaction.commit().await?;
        Ok(placed)
    }

    /// The owner's key. Who is seen for the first time gets their history with it: all five orders or none, and once, however many
    /// requests come at the same time.
    async fn key_of(&self, owner: Owner<'_>, today: Date) -> Result<i64, sqlx::Error> {
        let key = sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
            .bind(owner.issuer)
            .bind(owner.subject)
            .fetch_optional(&self.0.pool)
            .await?;
        match key {
            Some(key) => Ok(key),
            None => self.welcome(owner, today).await,
        }
    }

    async fn welcome(&self, owner: Owner<'_>, today: Date) -> Result<i64, sqlx::Error> {
        // IMMEDIATE waits for another writer at once; a later statement could not.
        let mut transaction = self.0.pool.begin_with("BEGIN IMMEDIATE").await?;
        let new: Option<i64> = sqlx::query_scalar(
            "INSERT INTO owners (issuer, subject) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key",
        )
        .bind(owner.issuer)
        .bind(owner.subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let key = match new {
            Some(key) => {
                for order in history::orders_of(owner.subject, today) {
                    insert(&mut transaction, key, &order, None).await?;
                }
                key
            }
            None => {
                sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
                    .bind(owner.issuer)
                    .bind(owner.subject)
                    .fetch_one(&mut *transaction)
                    .await?
            }
        };
        transaction.commit().await?;
        Ok(key)
    }
}

async fn with_key(
    connection: &mut SqliteConnection,
    owner: i64,
    key: &str,
) -> Result<Option<Order>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id, product, quantity, status, placed_at FROM orders WHERE owner = ? AND idempotency_key = ?",
    )
    .bind(owner)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(order).transpose()
}

/// Inserts an order, or `None` where the owner has too many. The id is 128 random bits, so that nothing can be learnt from it or guessed.
async fn insert(
    connection: &mut SqliteConnection,
    owner: i64,
    new: &NewOrder,
    key: Option<&str>,
) -> Result<Option<Order>, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO orders (owner, id, product, quantity, status, placed_at, idempotency_key) \
         SELECT ?1, lower(hex(randomblob(16))), ?2, ?3, ?4, ?5, ?6 \
         WHERE (SELECT count(*) FROM orders WHERE owner = ?1) < ?7 \
         RETURNING id, product, quantity, status, placed_at",
    )
    .bind(owner)
    .bind(&new.wish.product)
    .bind(new.wish.quantity)
    .bind(new.status.as_str())
    .bind(new.placed_at.to_string())
    .bind(key)
    .bind(MOST_ORDERS)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(order).transpose()
}

fn order(row: &SqliteRow) -> Result<Order, sqlx::Error> {
    Ok(Order {
        id: row.try_get("id")?,
        product: row.try_get("product")?,
        quantity: row.try_get("quantity")?,
        status: row.try_get("status")?,
        placed_at: row.try_get("placed_at")?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
