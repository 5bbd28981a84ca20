//! Sends commands to one server or to a cluster, with bounded waiting.

mod cluster;
mod single;

use std::time::Duration;

use axum_auth0_core::store::StoreError;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::time::{Instant, sleep, timeout_at};

pub(super) use self::single::config;
use self::{cluster::Cluster, single::Single};
use super::{options::RedisOptions, script::Script};

/// Maximum time for a connection, including authentication.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Maximum time for a response.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Maximum time for one operation, including a new connection and repetitions.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(3);

/// Delay before a command is sent again that the server has refused, for example during a failover.
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A connection that is replaced when it fails.
pub(super) struct Connection {
    options: RedisOptions,
    link: Link,
}

enum Link {
    Single(Box<Single>),
    Cluster(Cluster),
}

/// Whether a command can be sent again although its outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
}

impl Connection {
    /// Connects to a cluster, or to one server at the first command.
    pub(super) async fn open(options: RedisOptions, is_cluster: bool) -> Result<Self, StoreError> {
        let link = if is_cluster {
            Cluster::open(&options).await.map(Link::Cluster)
        } else {
            Single::new(&options).map(|single| Link::Single(Box::new(single)))
        };
        let link = link.map_err(|error| options.error(&error))?;
        Ok(Self { options, link })
    }

    pub(super) fn options(&self) -> &RedisOptions {
        &self.options
    }

    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.link, Link::Cluster(_))
    }

    /// Runs a command that changes nothing.
    pub(super) async fn read<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let value = self.run(command, Kind::Read).await;
        self.convert(value)
    }

    /// Runs a command that changes something. If its outcome is unknown, the result is an error.
    pub(super) async fn write<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let value = self.run(command, Kind::Write).await;
        self.convert(value)
    }

    /// Runs a script.
    pub(super) async fn script<T: FromRedisValue>(
        &self,
        script: &Script,
        key: &str,
        arguments: &[&[u8]],
    ) -> Result<T, StoreError> {
        let by_hash = script.by_hash(key, arguments);
        let value = match self.run(&by_hash, Kind::Write).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                let by_code = script.by_code(key, arguments);
                self.run(&by_code, Kind::Write).await
            }
            value => value,
        };
        self.convert(value)
    }

    async fn run(&self, command: &Cmd, kind: Kind) -> RedisResult<Value> {
        let deadline = Instant::now() + OPERATION_TIMEOUT;
        let mut may_send_again = kind == Kind::Read;
        loop {
            let sent = timeout_at(deadline, self.link.send(command)).await;
            let error = match sent {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => error,
                Err(_) => return Err(timed_out()),
            };
            let has_time = Instant::now() + RETRY_DELAY < deadline;
            if has_time && was_refused(&error) {
                sleep(RETRY_DELAY).await;
            } else if error.is_connection_dropped() && may_send_again {
                may_send_again = false;
            } else {
                return Err(error);
            }
        }
    }

    fn convert<T: FromRedisValue>(&self, value: RedisResult<Value>) -> Result<T, StoreError> {
        let error = match value.map(T::from_redis_value) {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error.into(),
            Err(error) => error,
        };
        Err(self.options.error(&error))
    }
}

impl Link {
    async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Self::Single(single) => single.send(command).await,
            Self::Cluster(cluster) => cluster.send(command).await,
        }
    }
}

/// Returns whether the server has not run the command, and may do so soon: another node is responsible for its key, or a
/// failover or start is under way.
fn was_refused(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, BusyLoading, ClusterDown, MasterDown, Moved, ReadOnly, TryAgain};
    matches!(
        error.kind(),
        ErrorKind::ClusterConnectionNotFound
            | ErrorKind::Server(
                Ask | BusyLoading | ClusterDown | MasterDown | Moved | ReadOnly | TryAgain
            )
    )
}

fn timed_out() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
