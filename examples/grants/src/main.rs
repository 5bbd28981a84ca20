//! A site that uses the grants of `docs/grants.md`, one in each module.

mod approval;
mod calendar;
mod error;
mod legacy;
mod orders;
mod shop;
mod stock;

use axum::{Router, routing::get};
use axum_auth0::{Api, Auth0};
use tokio::{net::TcpListener, signal};

/// The API at `PRODUCTS_API_URL`, whose identifier is `AUTH0_AUDIENCE`.
struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products"];
}

/// The API at `ORDERS_API_URL`, whose identifier is `ORDERS_API_AUDIENCE`.
struct OrdersApi;

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let auth0 = Auth0::builder()
        .env_files(".")
        .login_api::<ProductsApi>()
        .api::<OrdersApi>()
        .build()
        .await?;
    auth0.spawn_maintenance();
    let app = Router::new()
        .route("/approval", get(approval::page))
        .route("/calendar", get(calendar::page))
        .route("/legacy", get(legacy::page))
        .route("/orders", get(orders::page))
        .route("/shop", get(shop::page))
        .route("/account", get(shop::account))
        .route("/stock", get(stock::page))
        .with_state(auth0.clone());
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("{}", auth0.config().base_url());
    axum::serve(listener, auth0.wrap(app))
        .with_graceful_shutdown(async { drop(signal::ctrl_c().await) })
        .await?;
    auth0.shutdown(auth0.config().shutdown_timeout()).await;
    Ok(())
}
