//! Errors are JSON, and the API describes itself.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, send};

const ALICE: &str = "auth0|alice";

#[tokio::test]
async fn invalid_fields_are_named_all_at_once() {
    let world = World::new().await;
    let before = world.products(ALICE).await;
    let wrong = json!({"name": "x".repeat(81), "category": "", "priceCents": 1.5, "currency": "euro", "stock": -1, "id": "mine"});
    let path = format!("/products/{}", before[0]["id"].as_str().unwrap());
    for (method, path) in [(Method::POST, "/products"), (Method::PATCH, path.as_str())] {
        let answer = world.ask(ALICE, method, path, Some(wrong.clone())).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.body["error"], "invalid_request");
        assert!(answer.body["error_description"].is_string());
        let fields: BTreeSet<_> = answer.body["fields"]
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
    let missing = world
        .ask(ALICE, Method::POST, "/products", Some(json!({})))
        .await;
    assert_eq!(missing.body["fields"].as_object().unwrap().len(), 5);
    assert_eq!(world.products(ALICE).await, before);
}

#[tokio::test]
async fn bodies_that_are_not_json_objects_are_refused() {
    let world = World::new().await;
    let post = |media_type: &'static str, body: Vec<u8>| {
        let request = world
            .request(Method::POST, "/products")
            .bearer_auth(world.token(ALICE, "write:products"));
        send(request.header("content-type", media_type).body(body))
    };
    for (media_type, body, status) in [
        ("application/json", b"{".to_vec(), StatusCode::BAD_REQUEST),
        ("application/json", b"[]".to_vec(), StatusCode::BAD_REQUEST),
        ("application/json", b"".to_vec(), StatusCode::BAD_REQUEST),
        (
            "application/json",
            b"\xff".to_vec(),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/json",
            "[".repeat(10_000).into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/x-www-form-urlencoded",
            b"name=x".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "text/plain",
            b"{}".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "application/json",
            vec![b' '; 17 * 1024],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let answer = post(media_type, body).await;
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
        (
            Method::GET,
            "/products/",
            StatusCode::NOT_FOUND,
            "not_found",
        ),
        (Method::POST, "/nothing", StatusCode::NOT_FOUND, "not_found"),
        (
            Method::PUT,
            "/products",
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        ),
        (
            Method::GET,
            "/products/1",
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        ),
        (
            Method::OPTIONS,
            "/products",
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
        if status == StatusCode::METHOD_NOT_ALLOWED {
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn products_are_not_kept_by_caches() {
    let world = World::new().await;
    let answer = world.ask(ALICE, Method::GET, "/products", None).await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn the_description_lists_the_routes_that_exist() {
    let world = World::new().await;
    let document = send(world.request(Method::GET, "/openapi.json")).await;
    assert_eq!(
        (document.status, document.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    assert_eq!(document.body["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in document.body["paths"].as_object().unwrap() {
        for (method, operation) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "parameters")
        {
            described.insert(format!("{} {path}", method.to_uppercase()));
            assert!(
                operation["responses"]
                    .as_object()
                    .is_some_and(|responses| !responses.is_empty())
            );
            // What is described exists: anything but 404 for the path and 405 for the method.
            let at = path.replace("{id}", "0123456789abcdef0123456789abcdef");
            let answer = send(world.request(method.to_uppercase().parse().unwrap(), &at)).await;
            let protected = operation["security"]
                .as_array()
                .is_some_and(|security| !security.is_empty());
            assert_eq!(
                answer.status,
                if protected {
                    StatusCode::UNAUTHORIZED
                } else {
                    StatusCode::OK
                },
                "{method} {path}"
            );
            if protected {
                assert!(
                    operation["responses"]["401"].is_object()
                        && operation["responses"]["403"].is_object()
                );
            }
        }
    }
    let expected = [
        "GET /products",
        "POST /products",
        "PATCH /products/{id}",
        "DELETE /products/{id}",
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
