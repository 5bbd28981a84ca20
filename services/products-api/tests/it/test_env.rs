//! The API with a provider of its own.

use products_api::{Database, Settings, router};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use test_support::ApiTestEnv;

pub(crate) const AUDIENCE: &str = "https://products.example.com";
pub(crate) const SCOPES: &str = "openid read:products write:products";

/// Starts the API with a database in memory.
pub(crate) async fn start() -> ApiTestEnv {
    start_with(Database::Memory).await
}

pub(crate) async fn start_with(database: Database) -> ApiTestEnv {
    ApiTestEnv::start(AUDIENCE, SCOPES, async |issuer| {
        open(issuer, database, None).await
    })
    .await
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
    router(settings).await.unwrap()
}

/// Returns the products of a user.
pub(crate) async fn list_products(env: &ApiTestEnv, subject: &str) -> Vec<Value> {
    let response = env.send_as(subject, Method::GET, "/products", None).await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.body["owner"], subject);
    response.body["products"].as_array().unwrap().clone()
}
