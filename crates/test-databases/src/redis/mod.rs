//! Redis.

mod cluster;
mod server;

pub use self::{cluster::RedisCluster, server::RedisServer};

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use crate::{Missing, REQUIRE_DATABASES, or_skip};

/// Returns the URL of a server that all tests of this process share, with a prefix for keys that no other test has. `None` if
/// Redis is not installed.
pub fn database() -> Option<String> {
    static SHARED: OnceLock<Result<RedisServer, Missing>> = OnceLock::new();
    let server = SHARED.get_or_init(|| RedisServer::start(&[]));
    let server = or_skip(
        server.as_ref().map_err(|missing| *missing),
        REQUIRE_DATABASES,
    )?;
    Some(with_prefix(&server.url()))
}

/// Returns the URL of a node of a cluster that all tests of this process share, as [`database`].
pub fn cluster_database() -> Option<String> {
    static SHARED: OnceLock<Result<RedisCluster, Missing>> = OnceLock::new();
    let cluster = or_skip(
        SHARED
            .get_or_init(RedisCluster::start)
            .as_ref()
            .map_err(|missing| *missing),
        REQUIRE_DATABASES,
    )?;
    Some(with_prefix(&cluster.url()))
}

/// Starts a server for one test, with further settings such as `--appendonly yes`. The test may stop, kill and restart it.
/// `None` if Redis is not installed.
pub fn server(settings: &[&str]) -> Option<RedisServer> {
    or_skip(RedisServer::start(settings), REQUIRE_DATABASES)
}

/// Starts a cluster of three nodes for one test. `None` if Redis is not installed.
pub fn cluster() -> Option<RedisCluster> {
    or_skip(RedisCluster::start(), REQUIRE_DATABASES)
}

fn with_prefix(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{url}?prefix=test{count}:")
}
