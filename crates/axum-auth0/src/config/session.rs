//! Session storage and session lifetime.

use std::{path::PathBuf, time::Duration};

use super::{database_url::DatabaseUrl, problems::Problems, variable};

/// Error message for `sqlite:PATH` in a build without the feature `sqlite`.
pub(crate) const SQLITE_NOT_COMPILED_IN: &str =
    "sqlite: is not compiled in; enable feature sqlite of axum-auth0";

/// Error message for `postgres://…` in a build without the feature `postgres`.
pub(crate) const POSTGRES_NOT_COMPILED_IN: &str =
    "postgres: is not compiled in; enable feature postgres of axum-auth0";

/// Error message for `redis://` in a build without the feature `redis`.
#[cfg(not(feature = "redis"))]
pub(crate) const REDIS_NOT_COMPILED_IN: &str =
    "redis: is not compiled in; enable feature redis of axum-auth0";

/// The location of sessions and tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// `memory:`, lost when the process ends.
    Memory,
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`.
    Postgres(DatabaseUrl),
    /// `redis://…` or `rediss://…`.
    Redis(DatabaseUrl),
}

/// The lifetime of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetime {
    pub(crate) inactivity: Duration,
    pub(crate) absolute: Duration,
}

impl SessionLifetime {
    /// Returns `AUTH0_SESSION_INACTIVITY_DURATION`: a session ends if no request uses it for this time.
    pub fn inactivity(&self) -> Duration {
        self.inactivity
    }

    /// Returns `AUTH0_SESSION_ABSOLUTE_DURATION`: a session ends this long after the login.
    pub fn absolute(&self) -> Duration {
        self.absolute
    }

    /// Returns [`Self::inactivity`] in seconds, for Unix time arithmetic.
    pub(crate) fn inactivity_seconds(self) -> i64 {
        i64::try_from(self.inactivity.as_secs()).unwrap_or(i64::MAX)
    }

    /// Returns [`Self::absolute`] in seconds, for Unix time arithmetic.
    pub(crate) fn absolute_seconds(self) -> i64 {
        i64::try_from(self.absolute.as_secs()).unwrap_or(i64::MAX)
    }
}

/// Minimum lifetime in seconds. The last use of a session is stored at most once a minute, so a shorter limit would end
/// sessions in use.
const MIN_LIFETIME: u64 = 120;

/// Maximum lifetime in seconds: 400 days, the limit of browsers for cookies (RFC 6265bis §5.5).
const MAX_LIFETIME: u64 = 400 * 24 * 60 * 60;

pub(super) fn lifetime(problems: &mut Problems<'_>) -> SessionLifetime {
    let inactivity = seconds(problems, variable::SESSION_INACTIVITY, 24 * 60 * 60);
    let absolute = seconds(problems, variable::SESSION_ABSOLUTE, 3 * 24 * 60 * 60);
    let is_set = problems.get(variable::SESSION_INACTIVITY).is_some();
    if is_set && inactivity > absolute {
        problems.add(
            variable::SESSION_INACTIVITY,
            format!(
                "is {} seconds, longer than the absolute limit of {} seconds (AUTH0_SESSION_ABSOLUTE_DURATION), so it would \
                 never apply",
                inactivity.as_secs(),
                absolute.as_secs()
            ),
        );
    }
    SessionLifetime {
        // If only the absolute limit is set, and it is short, it applies to both.
        inactivity: inactivity.min(absolute),
        absolute,
    }
}

fn seconds(problems: &mut Problems<'_>, variable: variable::Variable, default: u64) -> Duration {
    let seconds = match problems.get(variable).map(str::parse::<u64>) {
        None => default,
        Some(Ok(seconds @ MIN_LIFETIME..=MAX_LIFETIME)) => seconds,
        Some(_) => {
            problems.add(
                variable,
                format!("must be a number of seconds from {MIN_LIFETIME} to {MAX_LIFETIME}"),
            );
            default
        }
    };
    Duration::from_secs(seconds)
}

pub(super) fn store(problems: &mut Problems<'_>) -> StoreLocation {
    match problems.get(variable::SESSION_STORE) {
        None => StoreLocation::Sqlite(PathBuf::from("data/sessions.db")),
        Some("memory:") => StoreLocation::Memory,
        Some(value) => {
            if let Some(path) = value
                .strip_prefix("sqlite:")
                .filter(|path| !path.is_empty())
            {
                if cfg!(not(feature = "sqlite")) {
                    problems.add(variable::SESSION_STORE, SQLITE_NOT_COMPILED_IN);
                }
                return StoreLocation::Sqlite(PathBuf::from(path));
            }
            if value.starts_with("postgres:") || value.starts_with("postgresql:") {
                return postgres(problems, value);
            }
            if value.starts_with("redis:") || value.starts_with("rediss:") {
                return redis(problems, value);
            }
            let problem = "must be memory:, sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or redis://:PASSWORD@HOST";
            problems.add(variable::SESSION_STORE, problem);
            StoreLocation::Memory
        }
    }
}

/// No message repeats the URL, which may contain a password.
fn postgres(problems: &mut Problems<'_>, value: &str) -> StoreLocation {
    let Some(url) = DatabaseUrl::parse(value) else {
        problems.add(
            variable::SESSION_STORE,
            "is no valid URL; special characters of a password have to be percent-encoded",
        );
        return StoreLocation::Memory;
    };
    if cfg!(not(feature = "postgres")) {
        problems.add(variable::SESSION_STORE, POSTGRES_NOT_COMPILED_IN);
    }
    StoreLocation::Postgres(url)
}

fn redis(problems: &mut Problems<'_>, value: &str) -> StoreLocation {
    if let Err(problem) = check_redis(value) {
        problems.add(variable::SESSION_STORE, problem);
    }
    DatabaseUrl::parse(value).map_or(StoreLocation::Memory, StoreLocation::Redis)
}

/// Checks a URL of Redis. The message does not contain it.
#[cfg(feature = "redis")]
fn check_redis(url: &str) -> Result<(), String> {
    let options = axum_auth0_stores::RedisOptions::from_url(url);
    options.map(drop).map_err(|error| error.0)
}

#[cfg(not(feature = "redis"))]
fn check_redis(_: &str) -> Result<(), String> {
    Err(REDIS_NOT_COMPILED_IN.to_owned())
}
