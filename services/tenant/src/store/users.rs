//! The users of the settings.

use std::collections::HashMap;

use secrecy::ExposeSecret as _;
use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    json::{decode, encode},
    password, second_factors,
};
use crate::{error::OpenError, opaque_id::random_id, settings::UserSettings};

/// A user, without the password.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) sub: String,
    pub(crate) email: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) updated_at: i64,
}

impl FromRow<'_, SqliteRow> for User {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            sub: row.try_get("sub")?,
            email: row.try_get("email")?,
            given_name: row.try_get("given_name")?,
            family_name: row.try_get("family_name")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// Replaces the stored users. Deleting a user deletes the user's sessions and grants.
pub(crate) async fn sync_from_settings(
    connection: &mut SqliteConnection,
    users: &[UserSettings],
    now: i64,
) -> Result<(), OpenError> {
    let subs: Vec<&str> = users.iter().map(|user| user.sub.as_str()).collect();
    sqlx::query("DELETE FROM users WHERE sub NOT IN (SELECT value FROM json_each(?1))")
        .bind(encode(&subs)?)
        .execute(&mut *connection)
        .await?;
    for table in ["DELETE FROM permissions", "DELETE FROM user_roles"] {
        sqlx::query(table).execute(&mut *connection).await?;
    }
    let mut hashes = HashMap::new();
    for user in users {
        upsert(connection, user, &mut hashes, now).await?;
        if let Some(permissions) = &user.permissions {
            sqlx::query("INSERT INTO permissions (sub, scopes) VALUES (?1, ?2)")
                .bind(&user.sub)
                .bind(encode(permissions)?)
                .execute(&mut *connection)
                .await?;
        }
        if !user.roles.is_empty() {
            sqlx::query("INSERT INTO user_roles (sub, roles) VALUES (?1, ?2)")
                .bind(&user.sub)
                .bind(encode(&user.roles)?)
                .execute(&mut *connection)
                .await?;
        }
    }
    second_factors::sync_from_settings(connection, users).await?;
    Ok(())
}

async fn upsert(
    connection: &mut SqliteConnection,
    user: &UserSettings,
    hashes: &mut HashMap<String, String>,
    now: i64,
) -> Result<(), OpenError> {
    let email = user.email.to_lowercase();
    let stored: Option<String> = sqlx::query_scalar(
        "SELECT password_hash FROM users WHERE sub = ?1 AND email = ?2 AND given_name = ?3 AND family_name = ?4",
    )
    .bind(&user.sub)
    .bind(&email)
    .bind(&user.given_name)
    .bind(&user.family_name)
    .fetch_optional(&mut *connection)
    .await?;
    let secret = user.password.expose_secret();
    if stored.is_some_and(|hash| password::verify(secret, &hash)) {
        return Ok(());
    }
    // Users with the same password share its hash: hashing thousands of them would delay the start.
    let hash = if let Some(hash) = hashes.get(secret) {
        hash.clone()
    } else {
        let hash = password::hash(secret)?;
        hashes.insert(secret.to_owned(), hash.clone());
        hash
    };
    sqlx::query(
        "INSERT INTO users (sub, email, password_hash, given_name, family_name, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (sub) DO UPDATE
         SET email = ?2, password_hash = ?3, given_name = ?4, family_name = ?5, updated_at = ?6",
    )
    .bind(&user.sub)
    .bind(&email)
    .bind(hash)
    .bind(&user.given_name)
    .bind(&user.family_name)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// A user who registers.
pub(crate) struct NewUser<'a> {
    pub(crate) email: &'a str,
    pub(crate) password: &'a str,
    pub(crate) given_name: &'a str,
    pub(crate) family_name: &'a str,
}

/// Creates a user. Returns `None` if the email address has one.
pub(crate) async fn create(
    connection: &mut SqliteConnection,
    new: &NewUser<'_>,
    now: i64,
) -> Result<Option<User>, sqlx::Error> {
    let hash =
        password::hash(new.password).map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let sub = format!("auth0|{}", random_id());
    let inserted = sqlx::query(
        "INSERT INTO users (sub, email, password_hash, given_name, family_name, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (email) DO NOTHING",
    )
    .bind(&sub)
    .bind(new.email.to_lowercase())
    .bind(hash)
    .bind(new.given_name)
    .bind(new.family_name)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 1 {
        find(connection, &sub).await
    } else {
        Ok(None)
    }
}

/// Returns the user with this email address if the password is correct.
pub(crate) async fn authenticate(
    connection: &mut SqliteConnection,
    email: &str,
    password: &str,
) -> Result<Option<User>, sqlx::Error> {
    let email = email.trim().to_lowercase();
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT sub, password_hash FROM users WHERE email = ?1")
            .bind(email)
            .fetch_optional(&mut *connection)
            .await?;
    match found {
        Some((sub, hash)) if password::verify(password, &hash) => find(connection, &sub).await,
        _ => Ok(None),
    }
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sub, email, given_name, family_name, updated_at FROM users WHERE sub = ?1",
    )
    .bind(sub)
    .fetch_optional(connection)
    .await
}

pub(crate) async fn find_by_email(
    connection: &mut SqliteConnection,
    email: &str,
) -> Result<Option<User>, sqlx::Error> {
    let users = list(connection).await?;
    Ok(users.into_iter().find(|user| user.email == email))
}

/// Returns the API scopes that the user has; `None` if the user has all.
pub(crate) async fn permissions(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let scopes: Option<String> =
        sqlx::query_scalar("SELECT scopes FROM permissions WHERE sub = ?1")
            .bind(sub)
            .fetch_optional(connection)
            .await?;
    scopes.map(|json| decode(&json)).transpose()
}

/// Returns the roles of the user.
pub(crate) async fn roles(
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let roles: Option<String> = sqlx::query_scalar("SELECT roles FROM user_roles WHERE sub = ?1")
        .bind(sub)
        .fetch_optional(connection)
        .await?;
    Ok(roles
        .map(|json| decode(&json))
        .transpose()?
        .unwrap_or_default())
}

/// Returns all users, ordered by email address.
pub(crate) async fn list(connection: &mut SqliteConnection) -> Result<Vec<User>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sub, email, given_name, family_name, updated_at FROM users ORDER BY email",
    )
    .fetch_all(connection)
    .await
}
