//! Errors are JSON, responses are private, and the API describes itself.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::test_env::{list_products, start};

const ALICE: &str = "auth0|alice";

#[tokio::test]
async fn invalid_fields_are_named_all_at_once() {
    let env = start().await;
    let before = list_products(&env, ALICE).await;
    let wrong = json!({"name": "x".repeat(81), "category": "", "priceCents": 1.5, "currency": "euro", "stock": -1, "id": "mine"});
    let path = format!("/products/{}", before[0]["id"].as_str().unwrap());
    for (method, path) in [(Method::POST, "/products"), (Method::PATCH, path.as_str())] {
        let response = env.send_as(ALICE, method, path, Some(wrong.clone())).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(response.body["error"], "invalid_request");
        assert!(response.body["error_description"].is_string());
        let fields: BTreeSet<_> = response.body["fields"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            fields,
            BTreeSet::from(["name", "category", "priceCents", "currency", "stock", "id"])
        );
    }
    let missing = env
        .send_as(ALICE, Method::POST, "/products", Some(json!({})))
        .await;
    assert_eq!(missing.body["fields"].as_object().unwrap().len(), 5);
    assert_eq!(list_products(&env, ALICE).await, before);
}

#[tokio::test]
async fn bodies_that_are_not_json_objects_are_rejected() {
    start()
        .await
        .assert_only_json_objects_are_accepted("/products")
        .await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_json_errors() {
    start()
        .await
        .assert_unknown_routes_are_json_errors(
            &[("GET", "/"), ("GET", "/products/"), ("POST", "/nothing")],
            &[
                ("PUT", "/products"),
                ("GET", "/products/1"),
                ("OPTIONS", "/products"),
            ],
        )
        .await;
}

#[tokio::test]
async fn caches_do_not_store_products() {
    let env = start().await;
    let response = env.send_as(ALICE, Method::GET, "/products", None).await;
    assert_eq!(response.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn the_openapi_document_describes_the_routes_that_exist() {
    let routes = [
        "GET /products",
        "POST /products",
        "PATCH /products/{id}",
        "DELETE /products/{id}",
        "GET /openapi.json",
        "GET /healthz",
    ];
    start().await.assert_openapi_describes(&routes).await;
}
