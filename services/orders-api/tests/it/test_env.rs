//! The API with a provider of its own.

use axum_auth0_bearer::clock::MockClock;
use orders_api::{Database, Settings, router_with_clock};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use test_support::ApiTestEnv;

pub(crate) const AUDIENCE: &str = "https://orders.example.com";
pub(crate) const SCOPES: &str = "openid read:orders write:orders";

/// Noon of [`TODAY`]: the time of the API and of the tokens.
const NOW: i64 = 1_795_176_000;
pub(crate) const TODAY: &str = "2026-11-20";

/// Starts the API with a database in memory.
pub(crate) async fn start() -> ApiTestEnv {
    start_with(Database::Memory).await
}

pub(crate) async fn start_with(database: Database) -> ApiTestEnv {
    let mut env = ApiTestEnv::start(AUDIENCE, SCOPES, async |issuer| {
        open(issuer, database, None).await
    })
    .await;
    env.now = Some(NOW);
    env
}

/// Starts the API with this public URL.
pub(crate) async fn start_at(public_url: &'static str) -> ApiTestEnv {
    ApiTestEnv::start(AUDIENCE, SCOPES, async |issuer| {
        open(issuer, Database::Memory, Some(public_url)).await
    })
    .await
}

/// Starts the API once more, with the same provider.
pub(crate) async fn restart(env: ApiTestEnv, database: Database) -> ApiTestEnv {
    env.restarted(async |issuer| open(issuer, database, None).await)
        .await
}

async fn open(issuer: String, database: Database, public_url: Option<&str>) -> axum::Router {
    let settings = Settings {
        issuer,
        audience: AUDIENCE.to_owned(),
        public_url: public_url.map(str::to_owned),
        database,
    };
    router_with_clock(settings, MockClock::at(NOW))
        .await
        .unwrap()
}

/// Returns the orders of a user.
pub(crate) async fn list_orders(env: &ApiTestEnv, subject: &str) -> Vec<Value> {
    let response = env.send_as(subject, Method::GET, "/orders", None).await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.body["owner"], subject);
    response.body["orders"].as_array().unwrap().clone()
}
