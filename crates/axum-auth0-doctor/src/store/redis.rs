//! Checks that a Redis server is suitable for sessions, and takes writes.

use std::time::Duration;

use axum_auth0::{
    RedisOptions, RedisServer, RedisStore, RedisWarning,
    clock::SharedClock,
    random::{self, SharedRandom},
    store::{LoginId, Store as _, StoreError},
};

use super::{Check, CheckContext, ID, Problem};

/// A longer time for one command slows down every page: each request of a session makes one.
const SLOW: Duration = Duration::from_millis(10);

/// Maximum difference between the clocks of site and server, in seconds.
const MAX_CLOCK_DIFFERENCE: i64 = 5;

pub(super) async fn check(url: &str, context: &CheckContext) -> Check {
    let (clock, random) = (context.clock(), context.random());
    match examine(url, clock, random).await {
        Ok(check) => check,
        Err(error) => Check::problem(
            ID,
            "Sessions cannot be kept.",
            Problem::new(
                "session_store_unusable",
                format!(
                    "The Redis server that AUTH0_SESSION_STORE names does not work: {}.",
                    error.0
                ),
                "Start it, and check host, port, credentials and TLS of AUTH0_SESSION_STORE.",
            ),
        ),
    }
}

async fn examine(
    url: &str,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Check, StoreError> {
    let options = RedisOptions::from_url(url)?;
    let server = RedisServer::inspect(&options).await?;
    let difference = server.unix_seconds - clock.unix_seconds();
    let store = RedisStore::connect(options).await?;
    write(&store, clock, random).await?;
    let mut risks: Vec<_> = server.warnings.iter().map(warning).collect();
    if difference.abs() > MAX_CLOCK_DIFFERENCE {
        risks.push(Problem::new(
            "session_store_clock",
            format!("The clock of Redis differs by {difference} seconds, and Redis decides when a session ends."),
            "Synchronize the clocks of both machines (NTP).",
        ));
    }
    if server.round_trip > SLOW {
        risks.push(Problem::new(
            "session_store_slow",
            format!(
                "One command of Redis takes {} ms; each request of a session makes one.",
                server.round_trip.as_millis()
            ),
            "Use a Redis server near this site.",
        ));
    }
    let kind = if server.is_cluster {
        "cluster"
    } else {
        "server"
    };
    let summary = format!(
        "The Redis {kind} (version {}) takes writes, and responds in {:.1} ms.",
        server.version,
        server.round_trip.as_secs_f64() * 1_000.0
    );
    Ok(match risks.into_iter().next() {
        Some(risk) => Check::warning(ID, summary, risk),
        None => Check::ok(ID, summary),
    })
}

/// Writes and deletes a record, and runs a script, with keys that no site has.
async fn write(
    store: &RedisStore,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<(), StoreError> {
    let key: [u8; 32] = random::bytes(random.as_ref());
    let now = clock.unix_seconds();
    store
        .create_record(&key, b"doctor".to_vec(), now + 60)
        .await?;
    store.delete_record(&key).await?;
    let login = LoginId::random(random.as_ref());
    store.mark_used(&login, now).await
}

fn warning(warning: &RedisWarning) -> Problem {
    let (code, fix) = match warning {
        RedisWarning::Evicts(_) => (
            "session_store_evicts",
            "Set maxmemory-policy noeviction in redis.conf, and enough memory.",
        ),
        _ => (
            "session_store_not_durable",
            "Set appendonly yes and appendfsync everysec (or always) in redis.conf.",
        ),
    };
    Problem::new(code, format!("{warning}."), fix)
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum_auth0::{clock::SystemClock, random::SystemRandom};

    use super::*;
    use crate::Status;

    async fn examine(url: &str) -> Result<Check, StoreError> {
        super::examine(url, &SystemClock::shared(), &SystemRandom::shared()).await
    }

    #[tokio::test]
    async fn a_durable_server_is_right_and_left_as_it_was() {
        let Some(server) = test_databases::redis::server(&["--appendonly", "yes"]) else {
            return;
        };
        let check = examine(&server.url()).await.unwrap();
        assert_eq!(check.status, Status::Ok, "{check:?}");
        assert_eq!(server.command(&["KEYS", "*"]), "auth0:schema");
    }

    #[tokio::test]
    async fn a_server_that_may_lose_sessions_is_a_warning() {
        let evicts: &[&str] = &["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
        for (settings, code) in [
            (&[][..], "session_store_not_durable"),
            (evicts, "session_store_evicts"),
        ] {
            let Some(server) = test_databases::redis::server(settings) else {
                return;
            };
            let check = examine(&server.url()).await.unwrap();
            assert_eq!(check.status, Status::Warning, "{check:?}");
            assert_eq!(check.code, Some(code), "{check:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_an_error_without_the_password() {
        let port = test_databases::free_port();
        let url = format!("redis://:a-password@127.0.0.1:{port}");
        let error = examine(&url).await.unwrap_err().to_string();
        assert!(
            error.contains("127.0.0.1") && !error.contains("a-password"),
            "{error}"
        );
    }
}
