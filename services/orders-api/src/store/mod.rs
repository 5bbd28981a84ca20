//! The orders of all users, in `SQLite`. Every statement names the owner, so no request can reach another user's rows.

use api_support::{ApiError, ConnectionPool, Database, Owner, StartError};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use time::Date;

use crate::{
    errors::{KEY_REUSED, TOO_MANY_ORDERS},
    order::{NewOrder, Order},
    seed_data,
};

/// Maximum number of orders of a user.
const MAX_ORDERS: i64 = 200;

const SCHEMA: &str = include_str!("schema.sql");

/// All orders. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store(ConnectionPool);

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self, StartError> {
        Ok(Self(ConnectionPool::open(database, SCHEMA).await?))
    }

    /// Returns the owner's orders, newest first. A new owner has the five of [`seed_data`].
    pub(crate) async fn list(
        &self,
        owner: Owner<'_>,
        today: Date,
    ) -> Result<Vec<Order>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, product, quantity, status, placed_at FROM orders WHERE owner = ? ORDER BY position DESC",
        )
        .bind(self.key_of(owner, today).await?)
        .fetch_all(&*self.0)
        .await?;
        rows.iter().map(order).collect()
    }

    /// Places an order, or returns the one that the owner has placed with this key.
    pub(crate) async fn place(
        &self,
        owner: Owner<'_>,
        new: &NewOrder,
        key: Option<&str>,
    ) -> Result<Order, ApiError> {
        let owner = self.key_of(owner, new.placed_at).await?;
        // IMMEDIATE: of two requests with the same key, the second waits for the order of the first.
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(key) = key
            && let Some(first) = find_by_key(&mut transaction, owner, key).await?
        {
            return if first.product == new.input.product && first.quantity == new.input.quantity {
                Ok(first)
            } else {
                Err(KEY_REUSED)
            };
        }
        let placed = insert(&mut transaction, owner, new, key)
            .await?
            .ok_or(TOO_MANY_ORDERS)?;
        transaction.commit().await?;
        Ok(placed)
    }

    /// Returns the owner's key. The first request of a user inserts the owner and all of its seed data in one transaction, even if
    /// several requests arrive at the same time.
    async fn key_of(&self, owner: Owner<'_>, today: Date) -> Result<i64, sqlx::Error> {
        let key = sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
            .bind(owner.issuer)
            .bind(owner.subject)
            .fetch_optional(&*self.0)
            .await?;
        match key {
            Some(key) => Ok(key),
            None => self.insert_owner(owner, today).await,
        }
    }

    async fn insert_owner(&self, owner: Owner<'_>, today: Date) -> Result<i64, sqlx::Error> {
        // IMMEDIATE waits for another writer now; upgrading a read transaction later fails with SQLITE_BUSY instead.
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await?;
        let new: Option<i64> = sqlx::query_scalar(
            "INSERT INTO owners (issuer, subject) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key",
        )
        .bind(owner.issuer)
        .bind(owner.subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let key = match new {
            Some(key) => {
                for order in seed_data::orders_of(owner.subject, today) {
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

async fn find_by_key(
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

/// Inserts an order; `None` if the owner has too many. The id is 128 random bits, so it cannot be guessed.
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
    .bind(&new.input.product)
    .bind(new.input.quantity)
    .bind(new.status.as_str())
    .bind(new.placed_at.to_string())
    .bind(key)
    .bind(MAX_ORDERS)
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
