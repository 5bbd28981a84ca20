//! Which tokens are accepted, and which scope each route requires.

use test_support::api_contract::ProtectedRoute;

use crate::test_env::{list_products, start, start_at};

const ALICE: &str = "auth0|alice";

/// The routes, with the path of one product.
fn routes(product: &str) -> [ProtectedRoute<'_>; 4] {
    let reads = |method, path| ProtectedRoute {
        method,
        path,
        scope: "read:products",
        other_scopes: "write:products",
    };
    let writes = |method, path| ProtectedRoute {
        method,
        path,
        scope: "write:products",
        other_scopes: "read:products",
    };
    [
        reads("GET", "/products"),
        writes("POST", "/products"),
        writes("PATCH", product),
        writes("DELETE", product),
    ]
}

#[tokio::test]
async fn every_route_of_products_requires_a_token() {
    start()
        .await
        .assert_token_is_required(&routes("/products/1"))
        .await;
}

#[tokio::test]
async fn each_method_requires_its_scope() {
    let env = start().await;
    let before = list_products(&env, ALICE).await;
    let path = format!("/products/{}", before[0]["id"].as_str().unwrap());
    env.assert_scope_is_required(&routes(&path)).await;
    assert_eq!(list_products(&env, ALICE).await, before);
}

#[tokio::test]
async fn foreign_tokens_are_rejected_with_the_reason() {
    let env = start().await;
    env.assert_foreign_tokens_are_rejected("/products", "https://orders.example.com")
        .await;
}

#[tokio::test]
async fn an_api_with_a_public_url_says_where_its_tokens_come_from() {
    let url = "https://api.example.com/products";
    let env = start_at(url).await;
    env.assert_metadata_is_served("/products", url, &["read:products", "write:products"])
        .await;
}

#[tokio::test]
async fn a_provider_outage_is_temporary() {
    start()
        .await
        .assert_provider_outage_is_temporary("/products")
        .await;
}
