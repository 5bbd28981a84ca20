//! Checks that the session store works. The check writes and reverts the write at once. It does not change the schema,
//! because the site may be running.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

use super::{Check, Problem, context::CheckContext};
use axum_auth0::config::{Config, StoreLocation};

const ID: &str = "session_store";

pub(super) async fn check(context: &CheckContext) -> Check {
    if let Some(store) = context.store() {
        return match store.ping().await {
            Ok(()) => Check::ok(
                ID,
                "The session store answers; whether it takes writes was not checked.",
            ),
            Err(error) => unusable(&error.to_string()),
        };
    }
    match context.config().session_store() {
        StoreLocation::Memory => memory(context.config()),
        #[cfg(feature = "sqlite")]
        StoreLocation::Sqlite(path) => {
            let name = axum_auth0::random::base64url::<12>(context.random().as_ref());
            sqlite::check(path, &name).await
        }
        #[cfg(not(feature = "sqlite"))]
        StoreLocation::Sqlite(_) => {
            unusable("sqlite: is not compiled in; enable feature sqlite of axum-auth0-doctor")
        }
        #[cfg(feature = "postgres")]
        StoreLocation::Postgres(url) => postgres::check(url, context.clock().unix_seconds()).await,
        #[cfg(not(feature = "postgres"))]
        StoreLocation::Postgres(_) => {
            unusable("postgres: is not compiled in; enable feature postgres of axum-auth0-doctor")
        }
        #[cfg(feature = "redis")]
        StoreLocation::Redis(url) => redis::check(url.expose(), context).await,
        #[cfg(not(feature = "redis"))]
        StoreLocation::Redis(_) => {
            unusable("redis: is not compiled in; enable feature redis of axum-auth0-doctor")
        }
    }
}

fn memory(config: &Config) -> Check {
    if !config.is_https() {
        return Check::ok(ID, "Sessions are kept in memory, and end with the process.");
    }
    Check::warning(
        ID,
        "Every restart logs all users out.",
        Problem::new(
            "sessions_in_memory",
            "AUTH0_SESSION_STORE is memory:, so sessions end with the process and no second process knows them.",
            "Set AUTH0_SESSION_STORE=sqlite:data/sessions.db, with a path that survives a restart.",
        ),
    )
}

fn unusable(why: &str) -> Check {
    Check::problem(
        ID,
        "Sessions cannot be kept.",
        Problem::new(
            "session_store_unusable",
            format!("The store that AUTH0_SESSION_STORE names does not work: {why}."),
            "Set AUTH0_SESSION_STORE=sqlite:PATH with a path whose folder this program may write; a file there must be a \
             database of this program.",
        ),
    )
}
