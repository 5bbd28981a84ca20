//! An API that verifies access tokens. It gets them from a site such as `examples/plain-axum`, which calls it on behalf of
//! its users. `examples/README.md` says how to run it.

use std::env;

use axum::{Json, Router, routing::get};
use axum_auth0_bearer::{BearerError, VerifiedToken, Verifier};
use serde::Serialize;
use tokio::net::TcpListener;

#[derive(Serialize)]
struct Product {
    name: String,
    owner: String,
}

/// The extractor responds with 401 to a request without a valid token for this API.
async fn whoami(token: VerifiedToken) -> String {
    token.subject().to_owned()
}

/// `require_scope` responds with 403 if the token lacks the scope.
async fn products(token: VerifiedToken) -> Result<Json<Vec<Product>>, BearerError> {
    token.require_scope("read:products")?;
    let product = |name: &str| Product {
        name: name.to_owned(),
        owner: token.subject().to_owned(),
    };
    Ok(Json(vec![product("Kettle"), product("Teapot")]))
}

async fn delete_products(token: VerifiedToken) -> Result<&'static str, BearerError> {
    token.require_scope("delete:products")?;
    Ok("deleted")
}

pub(crate) fn router(verifier: Verifier) -> Router {
    Router::new()
        .route("/whoami", get(whoami))
        .route("/products", get(products).delete(delete_products))
        .with_state(verifier)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    // The issuer of the tokens, and the identifier of this API. Both have the names that the site uses, and may be in the
    // same file. A file that does not exist is no error.
    dotenvy::from_filename(".env.local").ok();
    dotenvy::dotenv().ok();
    let issuer = env::var("AUTH0_DOMAIN")
        .map_err(|_| "set AUTH0_DOMAIN to the provider of this API's tokens")?;
    let audience =
        env::var("AUTH0_AUDIENCE").map_err(|_| "set AUTH0_AUDIENCE to this API's identifier")?;
    let verifier = Verifier::new(&issuer, audience)?;
    let address = env::var("API_LISTEN").unwrap_or_else(|_| "127.0.0.1:4001".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router(verifier)).await?;
    Ok(())
}
