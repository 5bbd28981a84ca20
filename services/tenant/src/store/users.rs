//! The users and their passwords.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::ExposeSecret as _;
use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::registry::{decode, encode};
use crate::{error::OpenError, settings::UserSettings};

/// Argon2 memory in KiB and passes: small, because these passwords are printed in a banner and debug builds are slow.
const MEMORY_KIB: u32 = 256;
const PASSES: u32 = 1;

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

/// Makes the table equal to the settings. A user who left takes sessions and grants along.
pub(crate) async fn mirror(
    connection: &mut SqliteConnection,
    users: &[UserSettings],
    now: i64,
) -> Result<(), OpenError> {
    let subs: Vec<&str> = users.iter().map(|user| user.sub.as_str()).collect();
    sqlx::query("DELETE FROM users WHERE sub NOT IN (SELECT value FROM json_each(?1))")
        .bind(encode(&subs)?)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM permissions")
        .execute(&mut *connection)
        .await?;
    for user in users {
        mirror_one(connection, user, now).await?;
        if let Some(permissions) = &user.permissions {
            sqlx::query("INSERT INTO permissions (sub, scopes) VALUES (?1, ?2)")
                .bind(&user.sub)
                .bind(encode(permissions)?)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

async fn mirror_one(
    connection: &mut SqliteConnection,
    user: &UserSettings,
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
    let password = user.password.expose_secret();
    if stored.is_some_and(|hash| matches(password, &hash)) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO users (sub, email, password_hash, given_name, family_name, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (sub) DO UPDATE
         SET email = ?2, password_hash = ?3, given_name = ?4, family_name = ?5, updated_at = ?6",
    )
    .bind(&user.sub)
    .bind(&email)
    .bind(hash(password)?)
    .bind(&user.given_name)
    .bind(&user.family_name)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// The user with this e-mail address, if the password is right.
pub(crate) async fn with_password(
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
        Some((sub, hash)) if matches(password, &hash) => by_sub(connection, &sub).await,
        _ => Ok(None),
    }
}

pub(crate) async fn by_sub(
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

/// The scopes that a user may have; none: all of them.
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

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<User>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sub, email, given_name, family_name, updated_at FROM users ORDER BY email",
    )
    .fetch_all(connection)
    .await
}

fn hash(password: &str) -> Result<String, OpenError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| OpenError::Password)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| OpenError::Password)
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches_its_hash() {
        let stored = hash("local-only").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(matches("local-only", &stored));
        assert!(!matches("local-onlY", &stored));
        assert!(!matches("", &stored));
        assert!(!matches("local-only", "not a hash"));
    }
}
