//! An API that answers after a while, in the process of the load. A page that calls it waits, so many requests are in progress at
//! once.

use std::{net::Ipv4Addr, time::Duration};

use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

use crate::Error;

const PRODUCTS: usize = 20;

/// Starts the API, and returns its URL.
pub(crate) async fn start(latency: Duration) -> Result<String, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let products: Vec<_> = (0..PRODUCTS).map(product).collect();
    let products = json!({ "owner": "auth0|alice", "products": products });
    let api = Router::new().fallback(async move || {
        sleep(latency).await;
        Json(products)
    });
    tokio::spawn(async move { axum::serve(listener, api).await });
    Ok(url)
}

fn product(number: usize) -> Value {
    json!({
        "id": format!("p{number}"),
        "name": format!("Product {number}"),
        "category": "Kitchen",
        "priceCents": 1_995,
        "currency": "EUR",
        "stock": number,
    })
}
