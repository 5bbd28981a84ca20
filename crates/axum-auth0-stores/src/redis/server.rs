//! What a server says about itself, and what is risky for sessions.

use std::{collections::HashMap, fmt, time::Duration};

use axum_auth0_core::store::StoreError;
use redis::{Cmd, FromRedisValue, aio::MultiplexedConnection, cmd};
use tokio::time::Instant;

use super::{connection, options::RedisOptions};

/// The oldest version with the commands that the store needs.
const MIN_VERSION: (u32, u32) = (6, 2);

/// Version, settings and clock of a Redis server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RedisServer {
    /// The version, such as `7.0.15`.
    pub version: String,
    /// Whether it is a node of a cluster.
    pub is_cluster: bool,
    /// What is risky for sessions.
    pub warnings: Vec<RedisWarning>,
    /// The time of one command and its response.
    pub round_trip: Duration,
    /// The time of the server, in seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
}

/// A setting of a Redis server with which sessions can be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisWarning {
    /// Nothing is written to the disk.
    NoPersistence,
    /// Snapshots are the only persistence.
    SnapshotsOnly,
    /// The append-only file is not synchronized (`appendfsync no`).
    NoSync,
    /// With this `maxmemory-policy`, sessions are deleted if the memory is full.
    Evicts(String),
}

impl fmt::Display for RedisWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPersistence => f.write_str(
                "Redis writes nothing to the disk, so its restart ends all sessions; set `appendonly yes`",
            ),
            Self::SnapshotsOnly => f.write_str(
                "Redis writes snapshots only, so a crash loses logins and refreshed tokens of minutes, and logouts \
                 are undone; set `appendonly yes`",
            ),
            Self::NoSync => f.write_str(
                "Redis leaves it to the operating system when data reaches the disk; set `appendfsync everysec` or \
                 `appendfsync always`",
            ),
            Self::Evicts(policy) => write!(
                f,
                "Redis deletes sessions if its memory is full (`maxmemory-policy {policy}`); set \
                 `maxmemory-policy noeviction`"
            ),
        }
    }
}

impl RedisServer {
    /// Connects to the server, and reads its version, settings and clock.
    ///
    /// # Errors
    ///
    /// If the server does not respond, is too old, or is a replica, which takes no writes.
    pub async fn inspect(options: &RedisOptions) -> Result<Self, StoreError> {
        super::install_crypto_provider();
        let connect = async {
            let config = connection::config();
            options
                .client()?
                .get_multiplexed_async_connection_with_config(&config)
                .await
        };
        let connection = connect.await.map_err(|error| options.error(&error))?;
        let mut server = Inspected {
            options,
            connection,
        };
        let info: String = server.query(cmd("INFO")).await?;
        let info = parse(&info);
        let start = Instant::now();
        let (unix_seconds, _): (i64, i64) = server.query(cmd("TIME")).await?;
        let round_trip = start.elapsed();
        let get = |name: &str| info.get(name).copied().unwrap_or_default();
        let version = get("redis_version").to_owned();
        let is_cluster = get("redis_mode") == "cluster";
        let refused = |why: String| StoreError(format!("Redis at {}: {why}", options.address));
        if parse_version(&version).is_none_or(|version| version < MIN_VERSION) {
            let (major, minor) = MIN_VERSION;
            let needed =
                format!("version {version} is too old; {major}.{minor} or later is needed");
            return Err(refused(needed));
        }
        if get("role") == "slave" && !is_cluster {
            return Err(refused("is a replica and takes no writes".to_owned()));
        }
        let mut warnings = Vec::new();
        let policy = get("maxmemory_policy");
        if get("maxmemory") != "0" && !matches!(policy, "noeviction" | "") {
            warnings.push(RedisWarning::Evicts(policy.to_owned()));
        }
        let has_aof = get("aof_enabled") == "1";
        warnings.extend(server.persistence(has_aof).await);
        Ok(Self {
            version,
            is_cluster,
            warnings,
            round_trip,
            unix_seconds,
        })
    }
}

struct Inspected<'a> {
    options: &'a RedisOptions,
    connection: MultiplexedConnection,
}

impl Inspected<'_> {
    async fn query<T: FromRedisValue>(&mut self, command: Cmd) -> Result<T, StoreError> {
        let result = command.query_async(&mut self.connection).await;
        result.map_err(|error| self.options.error(&error))
    }

    /// Returns the value of a setting. Managed services do not show all of them.
    async fn setting(&mut self, name: &str) -> Option<String> {
        let mut get = cmd("CONFIG");
        get.arg("GET").arg(name);
        let values: Vec<String> = self.query(get).await.ok()?;
        values.into_iter().nth(1)
    }

    async fn persistence(&mut self, has_aof: bool) -> Option<RedisWarning> {
        if has_aof {
            let sync = self.setting("appendfsync").await;
            return (sync.as_deref() == Some("no")).then_some(RedisWarning::NoSync);
        }
        Some(if self.setting("save").await?.is_empty() {
            RedisWarning::NoPersistence
        } else {
            RedisWarning::SnapshotsOnly
        })
    }
}

/// Parses the lines `name:value` of `INFO`.
fn parse(info: &str) -> HashMap<&str, &str> {
    info.lines()
        .filter_map(|line| line.trim_end().split_once(':'))
        .collect()
}

fn parse_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse_version("7.0.15"), Some((7, 0)));
        assert!(parse_version("10.0.0") > Some(MIN_VERSION));
        assert!(parse_version("6.0.16") < Some(MIN_VERSION));
        assert_eq!(parse_version("unknown"), None);
    }

    #[test]
    fn the_lines_of_info_are_parsed() {
        let info = parse("# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n");
        assert_eq!(info.get("redis_version"), Some(&"7.0.15"));
        assert_eq!(info.get("executable"), Some(&"/a:b"));
    }
}
