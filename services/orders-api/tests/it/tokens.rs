//! Which tokens are accepted, and which scope each route requires.

use test_support::api_contract::ProtectedRoute;

use crate::test_env::{list_orders, start, start_at};

const ALICE: &str = "auth0|alice";

const ROUTES: [ProtectedRoute<'_>; 2] = [
    ProtectedRoute {
        method: "GET",
        path: "/orders",
        scope: "read:orders",
        other_scopes: "write:orders read:products",
    },
    ProtectedRoute {
        method: "POST",
        path: "/orders",
        scope: "write:orders",
        other_scopes: "read:orders write:products",
    },
];

#[tokio::test]
async fn every_route_of_orders_requires_a_token() {
    start().await.assert_token_is_required(&ROUTES).await;
}

#[tokio::test]
async fn each_method_requires_its_scope() {
    let env = start().await;
    let before = list_orders(&env, ALICE).await;
    env.assert_scope_is_required(&ROUTES).await;
    assert_eq!(list_orders(&env, ALICE).await, before);
}

#[tokio::test]
async fn foreign_tokens_are_rejected_with_the_reason() {
    let env = start().await;
    env.assert_foreign_tokens_are_rejected("/orders", "https://products.example.com")
        .await;
}

#[tokio::test]
async fn an_api_with_a_public_url_says_where_its_tokens_come_from() {
    let url = "https://api.example.com/orders";
    let env = start_at(url).await;
    env.assert_metadata_is_served("/orders", url, &["read:orders", "write:orders"])
        .await;
}

#[tokio::test]
async fn a_provider_outage_is_temporary() {
    start()
        .await
        .assert_provider_outage_is_temporary("/orders")
        .await;
}
