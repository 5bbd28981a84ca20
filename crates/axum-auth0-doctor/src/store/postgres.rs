//! Checks a `PostgreSQL` database: reachable, schema, rights, clock, time of a round trip.

use axum_auth0::{PostgresOptions, PostgresStatus, PostgresStore, config::DatabaseUrl};

use super::{Check, ID, Problem};

/// Seconds. The server's clock decides about leases and expiry, and that of this host about lifetimes as well.
const MAX_CLOCK_DIFFERENCE: i64 = 5;
/// Milliseconds. Each request with a session makes one round trip.
const MAX_ROUND_TRIP: u128 = 20;

pub(super) async fn check(url: &DatabaseUrl, now: i64) -> Check {
    let status = match PostgresOptions::from_url(url.expose()) {
        Ok(options) => PostgresStore::status(options).await,
        Err(error) => Err(error),
    };
    match status {
        Ok(status) => check_status(url, &status, now),
        Err(error) => unusable(url, &error.0),
    }
}

fn check_status(url: &DatabaseUrl, status: &PostgresStatus, now: i64) -> Check {
    let newer = status.schema.filter(|schema| *schema > status.known_schema);
    if let Some(schema) = newer {
        let known = status.known_schema;
        return unusable(
            url,
            &format!("its tables have schema {schema}, this version knows {known}"),
        );
    }
    if !status.is_writable {
        return unusable(
            url,
            "the server is a standby, or the user may not write its tables",
        );
    }
    let milliseconds = status.round_trip.as_millis();
    let ahead = now - status.server_time;
    let summary = format!("The session store {url} answers in {milliseconds} ms and takes writes.");
    if ahead.abs() > MAX_CLOCK_DIFFERENCE {
        return Check::warning(
            ID,
            summary,
            Problem::new(
                "session_store_clock",
                format!(
                    "This host is {ahead} seconds ahead of the PostgreSQL server, so sessions end too early or too late."
                ),
                "Synchronize the clocks of both hosts (NTP).",
            ),
        );
    }
    if milliseconds > MAX_ROUND_TRIP {
        return Check::warning(
            ID,
            summary,
            Problem::new(
                "session_store_slow",
                format!("Each request with a session waits for one round trip, {milliseconds} ms."),
                "Run the site in the same region as the database, and look for load on the database.",
            ),
        );
    }
    match status.schema {
        Some(_) => Check::ok(ID, summary),
        None => Check::ok(
            ID,
            format!("{summary} The tables are made at the first start."),
        ),
    }
}

fn unusable(url: &DatabaseUrl, why: &str) -> Check {
    Check::problem(
        ID,
        "Sessions cannot be kept.",
        Problem::new(
            "session_store_unusable",
            format!("The store that AUTH0_SESSION_STORE names, {url}, does not work: {why}."),
            "Set AUTH0_SESSION_STORE=postgres://USER:PASSWORD@HOST/DATABASE with a server that runs and a user that may create \
             tables, or may write those that exist.",
        ),
    )
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum_auth0::config::{Config, StoreLocation, Variables};
    use test_databases::{PostgresDatabase, postgres};

    use super::*;
    use crate::Status;

    async fn check_at(url: &str, offset: i64) -> Check {
        let variables: Variables = [
            ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
            ("AUTH0_CLIENT_ID", "id"),
            ("AUTH0_CLIENT_SECRET", "client-secret"),
            ("AUTH0_SECRET", "2f1d0c9b8a7e6f5d4c3b2a190817f6e5"),
            ("APP_BASE_URL", "https://www.example.com"),
            ("AUTH0_SESSION_STORE", url),
        ]
        .into_iter()
        .collect();
        let config = Config::from_variables(&variables, &[]).unwrap();
        let StoreLocation::Postgres(url) = config.session_store() else {
            panic!("not a URL of PostgreSQL");
        };
        let now = axum_auth0::clock::Clock::unix_seconds(&axum_auth0::clock::SystemClock);
        check(url, now + offset).await
    }

    fn database() -> Option<PostgresDatabase> {
        postgres::database()
    }

    #[tokio::test]
    async fn an_empty_database_is_right_and_stays_empty_and_one_in_use_is_right() {
        let Some(database) = database() else {
            return;
        };
        let result = check_at(database.url(), 0).await;
        assert_eq!(result.status, Status::Ok, "{result:?}");
        assert!(
            result.summary.contains("made at the first start"),
            "{result:?}"
        );
        let tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'auth0%'";
        assert_eq!(database.execute(tables), "0");
        drop(PostgresStore::connect(database.url()).await.unwrap());
        let result = check_at(database.url(), 0).await;
        assert_eq!(result.status, Status::Ok, "{result:?}");
    }

    #[tokio::test]
    async fn another_clock_is_a_warning_and_a_newer_schema_and_missing_rights_are_problems() {
        let Some(database) = database() else {
            return;
        };
        drop(PostgresStore::connect(database.url()).await.unwrap());
        let result = check_at(database.url(), 3_600).await;
        assert_eq!(result.code, Some("session_store_clock"), "{result:?}");
        database.execute(
            "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
        );
        let reader = database.url().replace("postgres@", "reader@");
        let result = check_at(&reader, 0).await;
        assert_eq!(result.code, Some("session_store_unusable"), "{result:?}");
        database.execute("UPDATE auth0_schema SET version = 99");
        let result = check_at(database.url(), 0).await;
        assert_eq!(result.code, Some("session_store_unusable"), "{result:?}");
    }

    #[tokio::test]
    async fn a_server_that_does_not_run_is_a_problem_without_the_password() {
        let result = check_at("postgres://user:planted@127.0.0.1:1/site", 0).await;
        assert_eq!(result.code, Some("session_store_unusable"), "{result:?}");
        assert!(!format!("{result:?}").contains("planted"));
    }
}
