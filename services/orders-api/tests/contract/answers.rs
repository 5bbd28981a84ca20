//! Errors are JSON, and the API describes itself.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, send};

const ALICE: &str = "auth0|alice";

#[tokio::test]
async fn invalid_fields_are_named_all_at_once() {
    let world = World::new().await;
    let before = world.orders(ALICE).await;
    let wrong = json!({"product": "x".repeat(81), "quantity": 1001, "status": "delivered"});
    let answer = world.ask(ALICE, Method::POST, "/orders", Some(wrong)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        answer.body,
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
    let missing = world
        .ask(ALICE, Method::POST, "/orders", Some(json!({})))
        .await;
    assert_eq!(
        missing.body["fields"],
        json!({"product": "is missing", "quantity": "is missing"})
    );
    assert_eq!(world.orders(ALICE).await, before);
}

#[tokio::test]
async fn bodies_that_are_not_json_objects_are_refused() {
    let world = World::new().await;
    for (media_type, body, status) in [
        ("application/json", b"{".to_vec(), StatusCode::BAD_REQUEST),
        ("application/json", b"[]".to_vec(), StatusCode::BAD_REQUEST),
        ("application/json", b"".to_vec(), StatusCode::BAD_REQUEST),
        (
            "application/json",
            "[".repeat(10_000).into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/x-www-form-urlencoded",
            b"product=x".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "application/json",
            vec![b' '; 17 * 1024],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let request = world
            .request(Method::POST, "/orders")
            .bearer_auth(world.token(ALICE, "write:orders"));
        let answer = send(request.header("content-type", media_type).body(body)).await;
        assert_eq!(answer.status, status, "{media_type}");
        assert_eq!(answer.body["error"], "invalid_request");
        assert!(answer.body["error_description"].is_string());
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_in_json() {
    let world = World::new().await;
    for (method, path, status, error) in [
        (Method::GET, "/", StatusCode::NOT_FOUND, "not_found"),
        (Method::GET, "/orders/1", StatusCode::NOT_FOUND, "not_found"),
        (
            Method::DELETE,
            "/orders",
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        ),
        (
            Method::OPTIONS,
            "/orders",
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        ),
    ] {
        let answer = send(
            world
                .request(method.clone(), path)
                .header("origin", "https://evil.example.com"),
        )
        .await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (status, Some(error)),
            "{method} {path}"
        );
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn the_description_lists_the_routes_that_exist() {
    let world = World::new().await;
    let document = send(world.request(Method::GET, "/openapi.json")).await;
    assert_eq!(
        (document.status, document.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    let mut described = BTreeSet::new();
    for (path, item) in document.body["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert(format!("{} {path}", method.to_uppercase()));
            let answer = send(world.request(method.to_uppercase().parse().unwrap(), path)).await;
            let protected = operation["security"]
                .as_array()
                .is_some_and(|security| !security.is_empty());
            let status = if protected {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::OK
            };
            assert_eq!(answer.status, status, "{method} {path}");
            let described_status = &operation["responses"][status.as_str()];
            assert!(described_status.is_object(), "{method} {path}");
        }
    }
    let expected = [
        "GET /orders",
        "POST /orders",
        "GET /openapi.json",
        "GET /healthz",
    ];
    assert_eq!(described, expected.map(str::to_owned).into());
    assert_references_resolve(&document.body, &document.body);
}

fn assert_references_resolve(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref") {
                let pointer = reference.as_str().unwrap().trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members
                .values()
                .for_each(|member| assert_references_resolve(document, member));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| assert_references_resolve(document, item)),
        _ => {}
    }
}
