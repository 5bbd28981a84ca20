//! The products of all users, in `SQLite`. Every statement names the owner: there is no way to another user's rows.

mod connections;

use axum_auth0::bearer::Bearer;
use sqlx::{Row as _, SqliteExecutor, sqlite::SqliteRow};

use self::connections::Connections;
use crate::{
    Database, StartError, catalogue,
    draft::Draft,
    product::{Details, Product},
};

/// A user has at most this many products.
const MOST_PRODUCTS: i64 = 500;

const SCHEMA: &str = include_str!("store/schema.sql");

/// Whose products. A subject is unique at its issuer only.
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

/// All products. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store(Connections);

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self, StartError> {
        let connections = Connections::open(database).await?;
        sqlx::raw_sql(SCHEMA).execute(&connections.pool).await?;
        Ok(Self(connections))
    }

    /// The owner's products, newest first; the twenty of the catalogue when the owner is new.
    pub(crate) async fn list(&self, owner: Owner<'_>) -> Result<Vec<Product>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, name, category, price_cents, currency, stock FROM products WHERE owner = ? ORDER BY position DESC",
        )
        .bind(self.key_of(owner).await?)
        .fetch_all(&self.0.pool)
        .await?;
        rows.iter().map(product).collect()
    }

    /// Adds a product, or `None` where the owner has too many. One statement, so that no two requests can both be the last that fits.
    pub(crate) async fn add(
        &self,
        owner: Owner<'_>,
        details: &Details,
    ) -> Result<Option<Product>, sqlx::Error> {
        let owner = self.key_of(owner).await?;
        insert(&self.0.pool, owner, details).await
    }

    /// Changes a product, or `None` where the owner has none with this id.
    pub(crate) async fn change(
        &self,
        owner: Owner<'_>,
        id: &str,
        draft: &Draft,
    ) -> Result<Option<Product>, sqlx::Error> {
        let row = sqlx::query(
            "UPDATE products SET name = coalesce(?, name), category = coalesce(?, category), \
             price_cents = coalesce(?, price_cents), currency = coalesce(?, currency), stock = coalesce(?, stock) \
             WHERE owner = ? AND id = ? RETURNING id, name, category, price_cents, currency, stock",
        )
        .bind(&draft.name)
        .bind(&draft.category)
        .bind(draft.price_cents)
        .bind(&draft.currency)
        .bind(draft.stock)
        .bind(self.key_of(owner).await?)
        .bind(id)
        .fetch_optional(&self.0.pool)
        .await?;
        row.as_ref().map(product).transpose()
    }

    /// Deletes a product; whether the owner had one with this id.
    pub(crate) async fn remove(&self, owner: Owner<'_>, id: &str) -> Result<bool, sqlx::Error> {
        let deleted = sqlx::query("DELETE FROM products WHERE owner = ? AND id = ?")
            .bind(self.key_of(owner).await?)
            .bind(id)
            .execute(&self.0.pool)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// The owner's key. Who is seen for the first time gets their products with it: all twenty or none, and once, however many requests
    /// come at the same time.
    async fn key_of(&self, owner: Owner<'_>) -> Result<i64, sqlx::Error> {
        let key = sqlx::query_scalar("SELECT key FROM owners WHERE issuer = ? AND subject = ?")
            .bind(owner.issuer)
            .bind(owner.subject)
            .fetch_optional(&self.0.pool)
            .await?;
        match key {
            Some(key) => Ok(key),
            None => self.welcome(owner).await,
        }
    }

    async fn welcome(&self, owner: Owner<'_>) -> Result<i64, sqlx::Error> {
        // IMMEDIATE waits for another writer at once; a later statement could not.
        let mut transaction = self.0.pool.begin_with("BEGIN IMMEDIATE").await?;
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
            for details in catalogue::products_of(owner.subject).iter().rev() {
                insert(&mut *transaction, key, details).await?;
            }
        }
        transaction.commit().await?;
        Ok(key)
    }
}

/// The id is 128 random bits, so that nothing can be learnt from it or guessed.
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
    .bind(MOST_PRODUCTS)
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
