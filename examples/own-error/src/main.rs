//! A site with an error type of its own. `examples/README.md` says how to run it.
//!
//! `ApiError` and `NotSignedIn` are responses: a navigation of a user who has to log in is redirected to the login, other
//! requests get JSON with status and code. Variants of an own error pass them on.

mod error;

use std::collections::BTreeMap;

use axum::{Json, Router, extract::Path, routing::get};
use axum_auth0::{Api, Auth0, SignedInUser};
use error::AppError;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, signal};

/// The API at `PRODUCTS_API_URL`.
struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products"];
}

#[derive(Serialize, Deserialize)]
struct Product {
    name: String,
}

/// `?` converts the error of the call.
async fn products(user: SignedInUser) -> Result<Json<Vec<Product>>, AppError> {
    let call = user.api::<ProductsApi>().get(["products"]);
    Ok(Json(call.send().await?.json()?))
}

/// An error of the application itself.
async fn product(user: SignedInUser, Path(name): Path<String>) -> Result<Json<Product>, AppError> {
    let Json(products) = products(user).await?;
    let mut by_name: BTreeMap<String, Product> = products
        .into_iter()
        .map(|product| (product.name.clone(), product))
        .collect();
    let product = by_name.remove(&name);
    product.map(Json).ok_or(AppError::NoSuchProduct { name })
}

/// An extractor's rejection becomes an own error if the argument is a `Result`.
async fn account(user: Result<SignedInUser, axum_auth0::NotSignedIn>) -> Result<String, AppError> {
    Ok(user?.subject().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let auth0 = Auth0::builder()
        .env_files(".")
        .login_api::<ProductsApi>()
        .build()
        .await?;
    auth0.spawn_maintenance();
    let app = Router::new()
        .route("/products", get(products))
        .route("/products/{name}", get(product))
        .route("/account", get(account));
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("{}", auth0.config().base_url());
    axum::serve(listener, auth0.wrap(app))
        .with_graceful_shutdown(async { drop(signal::ctrl_c().await) })
        .await?;
    auth0.shutdown(auth0.config().shutdown_timeout()).await;
    Ok(())
}
