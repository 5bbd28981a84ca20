//! The products of all users, in `SQLite`. Every statement names the owner, so no request can reach another user's rows.

use api_support::{ConnectionPool, Database, Owner, StartError};
use sqlx::{Row as _, SqliteExecutor, sqlite::SqliteRow};

use crate::{
    product::{Details, Product},
    product_input::ProductInput,
    seed_data,
};

/// Maximum number of products of a user.
const MAX_PRODUCTS: i64 = 500;

const SCHEMA: &str = include_str!("schema.sql");

/// All products. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store(ConnectionPool);

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self, StartError> {
        Ok(Self(ConnectionPool::open(database, SCHEMA).await?))
    }

    /// Returns the owner's products, newest first. A new owner has the twenty of [`seed_data`].
    pub(crate) async fn list(&self, owner: Owner<'_>) -> Result<Vec<Product>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, name, category, price_cents, currency, stock FROM products WHERE owner = ? ORDER BY position DESC",
        )
        .bind(self.key_of(owner).await?)
        .fetch_all(&*self.0)
        .await?;
        rows.iter().map(product).collect()
    }

    /// Inserts a product; `None` if the owner has too many. One statement, so that concurrent requests cannot exceed the limit.
    pub(crate) async fn insert(
        &self,
        owner: Owner<'_>,
        details: &Details,
    ) -> Result<Option<Product>, sqlx::Error> {
        let owner = self.key_of(owner).await?;
        insert(&*self.0, owner, details).await
    }

    /// Updates a product; `None` if the owner has none with this id.
    pub(crate) async fn update(
        &self,
        owner: Owner<'_>,
        id: &str,
        input: &ProductInput,
    ) -> Result<Option<Product>, sqlx::Error> {
        let row = sqlx::query(
            "UPDATE products SET name = coalesce(?, name), category = coalesce(?, category), \
             price_cents = coalesce(?, price_cents), currency = coalesce(?, currency), stock = coalesce(?, stock) \
             WHERE owner = ? AND id = ? RETURNING id, name, category, price_cents, currency, stock",
        )
        .bind(&input.name)
        .bind(&input.category)
        .bind(input.price_cents)
        .bind(&input.currency)
        .bind(input.stock)
        .bind(self.key_of(owner).await?)
        .bind(id)
        .fetch_optional(&*self.0)
        .await?;
        row.as_ref().map(product).transpose()
    }

    /// Deletes a product. Returns whether the owner had one with this id.
    pub(crate) async fn delete(&self, owner: Owner<'_>, id: &str) -> Result<bool, sqlx::Error> {
        let deleted = sqlx::query("DELETE FROM products WHERE owner = ? AND id = ?")
            .bind(self.key_of(owner).await?)
            .bind(id)
            .execute(&*self.0)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Returns the owner's key. The first request of a user inserts the owner and all of its seed data in one transaction, even if
    /// several requests arrive at the same time.
    async fn key_of(&self, owner: Owner<'_>) -> Result<i64, sqlx::Error> {
        let key = sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
            .bind(owner.issuer)
            .bind(owner.subject)
            .fetch_optional(&*self.0)
            .await?;
        match key {
            Some(key) => Ok(key),
            None => self.insert_owner(owner).await,
        }
    }

    async fn insert_owner(&self, owner: Owner<'_>) -> Result<i64, sqlx::Error> {
        // IMMEDIATE waits for another writer now; upgrading a read transaction later fails with SQLITE_BUSY instead.
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await?;
        let new = sqlx::query(
            "INSERT INTO owners (issuer, subject) VALUES (?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(owner.issuer)
        .bind(owner.subject)
        .execute(&mut *transaction)
        .await?
        .rows_affected()
            == 1;
        let key = sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
            .bind(owner.issuer)
            .bind(owner.subject)
            .fetch_one(&mut *transaction)
            .await?;
        if new {
            for details in seed_data::products_of(owner.subject).iter().rev() {
                insert(&mut *transaction, key, details).await?;
            }
        }
        transaction.commit().await?;
        Ok(key)
    }
}

/// The id is 128 random bits, so it cannot be guessed.
async fn insert<'database>(
    database: impl SqliteExecutor<'database>,
    owner: i64,
    details: &Details,
) -> Result<Option<Product>, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO products (owner, id, name, category, price_cents, currency, stock) \
         SELECT ?1, lower(hex(randomblob(16))), ?2, ?3, ?4, ?5, ?6 \
         WHERE (SELECT count(*) FROM products WHERE owner = ?1) < ?7 \
         RETURNING id, name, category, price_cents, currency, stock",
    )
    .bind(owner)
    .bind(&details.name)
    .bind(&details.category)
    .bind(details.price_cents)
    .bind(&details.currency)
    .bind(details.stock)
    .bind(MAX_PRODUCTS)
    .fetch_optional(database)
    .await?;
    row.as_ref().map(product).transpose()
}

fn product(row: &SqliteRow) -> Result<Product, sqlx::Error> {
    let details = Details {
        name: row.try_get("name")?,
        category: row.try_get("category")?,
        price_cents: row.try_get("price_cents")?,
        currency: row.try_get("currency")?,
        stock: row.try_get("stock")?,
    };
    Ok(Product {
        id: row.try_get("id")?,
        details,
    })
}
