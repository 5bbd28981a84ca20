//! Who gets in, and with which scope.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{API, World, send};

#[tokio::test]
async fn without_a_token_every_route_of_orders_is_closed() {
    let world = World::new().await;
    for method in [Method::GET, Method::POST] {
        let answer = send(world.request(method.clone(), "/orders")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method}");
        assert_eq!(
            answer.header("www-authenticate"),
            format!("Bearer realm=\"{API}\"")
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.body["error_description"].is_string());
    }
}

#[tokio::test]
async fn each_method_needs_its_scope() {
    let world = World::new().await;
    let before = world.orders("auth0|alice").await;
    for (method, scope, other) in [
        (Method::GET, "read:orders", "write:orders read:products"),
        (Method::POST, "write:orders", "read:orders write:products"),
    ] {
        // The scope is checked before the body is: who may not write learns nothing about fields.
        let answer = send(
            world
                .request(method.clone(), "/orders")
                .bearer_auth(world.token("auth0|alice", other)),
        )
        .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method}");
        assert_eq!(answer.body["error"], "insufficient_scope");
        assert!(
            answer
                .header("www-authenticate")
                .ends_with(&format!("scope=\"{scope}\""))
        );
    }
    assert_eq!(world.orders("auth0|alice").await, before);
}

#[tokio::test]
async fn a_token_for_the_products_api_is_refused_with_the_reason() {
    let world = World::new().await;
    for (changes, description) in [
        (
            json!({"aud": "https://products.example.com"}),
            "the access token was not issued for this API",
        ),
        (json!({"exp": 1}), "the access token expired"),
        (
            json!({"iss": "https://evil.example.com/"}),
            "the access token is from another issuer than the one that this API trusts",
        ),
    ] {
        let answer = send(
            world
                .request(Method::GET, "/orders")
                .bearer_auth(world.token_with(&changes)),
        )
        .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        // A debug build adds the claim that decided.
        let described = answer.body["error_description"].as_str().unwrap();
        assert!(described.starts_with(description), "{described}");
        assert!(
            answer
                .header("www-authenticate")
                .contains("error=\"invalid_token\"")
        );
    }
}

#[tokio::test]
async fn while_the_provider_is_down_the_api_says_try_again() {
    let world = World::new().await;
    world.provider.reset().await;
    let answer = send(
        world
            .request(Method::GET, "/orders")
            .bearer_auth(world.token("auth0|alice", "read:orders")),
    )
    .await;
    assert_eq!(
        (answer.status, answer.body["error"].as_str()),
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Some("temporarily_unavailable")
        )
    );
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(
        send(world.request(Method::GET, "/healthz")).await.status,
        StatusCode::OK
    );
}
