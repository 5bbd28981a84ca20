//! A site whose sessions are in a store of its own: a JSON file. `examples/README.md` says how to run it.
//!
//! The file suits one process with few users, because every change writes the whole file. A store for a database has the
//! same methods; `json_store.rs` says what each has to guarantee.

mod json_store;
mod tables;

use std::sync::Arc;

use axum::{Router, routing::get};
use axum_auth0::{Auth0, SignedInUser};
use json_store::JsonStore;
use tokio::{net::TcpListener, signal};

async fn account(user: SignedInUser) -> String {
    format!("The account of {}", user.subject())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let path = std::env::var("SESSIONS_FILE").unwrap_or_else(|_| "sessions.json".to_owned());
    let auth0 = Auth0::builder()
        .env_files(".")
        .store(Arc::new(JsonStore::open(path.as_ref())?))
        .build()
        .await?;
    // Calls `Store::delete_expired` regularly.
    auth0.spawn_maintenance();
    let app = Router::new().route("/account", get(account));
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("{}", auth0.config().base_url());
    axum::serve(listener, auth0.wrap(app))
        .with_graceful_shutdown(async { drop(signal::ctrl_c().await) })
        .await?;
    auth0.shutdown(auth0.config().shutdown_timeout()).await;
    Ok(())
}
