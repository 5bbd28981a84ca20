//! Errors are JSON, and the API describes itself.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::test_env::{list_orders, start};

const ALICE: &str = "auth0|alice";

#[tokio::test]
async fn invalid_fields_are_named_all_at_once() {
    let env = start().await;
    let before = list_orders(&env, ALICE).await;
    let wrong = json!({"product": "x".repeat(81), "quantity": 1001, "status": "delivered"});
    let response = env
        .send_as(ALICE, Method::POST, "/orders", Some(wrong))
        .await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        response.body,
        json!({
            "error": "invalid_request",
            "error_description": "some fields are not valid",
            "fields": {
                "product": "must have at most 80 characters",
                "quantity": "must be a whole number from 1 to 1000",
                "status": "is not a field that can be set",
            },
        })
    );
    let missing = env
        .send_as(ALICE, Method::POST, "/orders", Some(json!({})))
        .await;
    assert_eq!(
        missing.body["fields"],
        json!({"product": "is missing", "quantity": "is missing"})
    );
    assert_eq!(list_orders(&env, ALICE).await, before);
}

#[tokio::test]
async fn bodies_that_are_not_json_objects_are_rejected() {
    start()
        .await
        .assert_only_json_objects_are_accepted("/orders")
        .await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_json_errors() {
    start()
        .await
        .assert_unknown_routes_are_json_errors(
            &[("GET", "/"), ("GET", "/orders/1"), ("POST", "/nothing")],
            &[("DELETE", "/orders"), ("OPTIONS", "/orders")],
        )
        .await;
}

#[tokio::test]
async fn the_openapi_document_describes_the_routes_that_exist() {
    let routes = [
        "GET /orders",
        "POST /orders",
        "GET /openapi.json",
        "GET /healthz",
    ];
    start().await.assert_openapi_describes(&routes).await;
}
