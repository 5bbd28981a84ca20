//! The engine on a real `PostgreSQL` server.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod cached_sessions;

use std::sync::Arc;

use axum::{Router, routing::get};
use axum_auth0::{CurrentUser, PostgresStore, SignedInUser};
use http::StatusCode;
use test_databases::{PostgresDatabase, PostgresServer, postgres};
use test_support::{ProductsApi, TestApp, wait_until};

#[derive(Default)]
struct App;

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        CurrentUser::Anonymous => "anonymous".to_owned(),
        CurrentUser::Unavailable => "unknown".to_owned(),
    }
}

async fn token(user: SignedInUser) -> StatusCode {
    match user.access_token::<ProductsApi>().await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new()
            .route("/whoami", get(whoami))
            .route("/token", get(token))
    }
}

async fn site_on(database: &PostgresDatabase) -> test_support::TestEnv<App> {
    let mut builder = test_support::TestEnvBuilder::new();
    let store = PostgresStore::connect(database.url()).await.unwrap();
    builder.store = Arc::new(store);
    builder.build().await
}

fn log_statements(database: &PostgresDatabase) {
    database.execute("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET log_statement = ''all'''; END $$");
}

/// Returns the statements that the server ran, without those of a new connection and those that prove that reports arrive.
fn statements(server: &PostgresServer) -> Vec<String> {
    let log = server.log();
    let lines = log.lines().filter(|line| line.contains(" execute "));
    let own = ["set_config", "pg_notify"];
    let lines = lines.filter(|line| !own.iter().any(|own| line.contains(own)));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_page_view_is_one_statement_that_reads_and_one_write_a_minute() {
    let Some(server) = postgres::server() else {
        return;
    };
    let database = server.create_database();
    log_statements(&database);
    let env = site_on(&database).await;
    let mut browser = env.logged_in("alice").await;
    for path in ["/whoami", "/token", "/whoami"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK);
    }
    let statements = || statements(&server);
    let before = statements().len();
    for path in ["/whoami", "/token"].repeat(10) {
        assert_eq!(browser.get(path).await.status, StatusCode::OK);
    }
    let views = statements().split_off(before);
    assert_eq!(views.len(), 20, "{views:#?}");
    assert!(views.iter().all(|line| line.contains(": SELECT version")));

    env.clock.advance(61);
    assert_eq!(browser.whoami().await, "auth0|alice");
    wait_until(|| statements().len() >= before + 22).await;
    browser.whoami().await;
    let later = statements().split_off(before + 20);
    let writes = later.iter().filter(|line| line.contains(": UPDATE"));
    assert_eq!((later.len(), writes.count()), (3, 1), "{later:#?}");
}

/// Returns the dump with its hexadecimal values decoded beside it.
fn readable(dump: &str) -> String {
    let mut text = dump.to_owned();
    for value in dump.split("\\\\x").skip(1) {
        let digits: Vec<u8> = value.bytes().take_while(u8::is_ascii_hexdigit).collect();
        let bytes: Vec<u8> = digits
            .chunks_exact(2)
            .filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

#[tokio::test]
async fn a_dump_after_logins_and_refreshes_has_no_session_identifier_and_no_token() {
    let Some(database) = postgres::database() else {
        return;
    };
    let env = site_on(&database).await;
    for user in ["alice", "bob"] {
        let mut browser = env.logged_in(user).await;
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        // The access token expires.
        env.clock.advance(7_200);
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    }
    let dump = readable(&database.dump());
    assert_eq!(env.secrets.found_in(&dump), [""; 0]);
    // The search would find them.
    for subject in ["auth0|alice", "auth0|bob"] {
        assert!(dump.contains(subject), "{subject} was decoded");
    }
    for kind in [
        "cookie",
        "access token",
        "refresh token",
        "ID token",
        "state",
    ] {
        assert!(env.secrets.kinds().contains(&kind), "{kind}");
    }
    env.secrets.add("planted", "planted-in-a-record");
    database.execute(
        "INSERT INTO auth0_records VALUES ('a', convert_to('x planted-in-a-record x', 'UTF8'), 4000000000)",
    );
    let planted = readable(&database.dump());
    assert_eq!(env.secrets.found_in(&planted), ["planted"]);
}
