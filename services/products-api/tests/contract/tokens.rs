//! Who gets in, and with which scope.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{API, World, send};

#[tokio::test]
async fn without_a_token_every_route_of_products_is_closed() {
    let world = World::new().await;
    for (method, path) in [
        (Method::GET, "/products"),
        (Method::POST, "/products"),
        (Method::PATCH, "/products/1"),
        (Method::DELETE, "/products/1"),
    ] {
        let answer = send(world.request(method.clone(), path)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
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
    let owned = world.products("auth0|alice").await;
    let path = format!("/products/{}", owned[0]["id"].as_str().unwrap());
    for (method, path, scope, other) in [
        (Method::GET, "/products", "read:products", "write:products"),
        (Method::POST, "/products", "write:products", "read:products"),
        (Method::PATCH, &path, "write:products", "read:products"),
        (Method::DELETE, &path, "write:products", "read:products"),
    ] {
        // The scope is checked before the body is: who may not write learns nothing about fields.
        let answer = send(
            world
                .request(method.clone(), path)
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
    assert_eq!(world.products("auth0|alice").await, owned);
}

#[tokio::test]
async fn tokens_for_others_are_refused_with_the_reason() {
    let world = World::new().await;
    for (changes, description) in [
        (
            json!({"aud": "https://orders.example.com"}),
            "the access token was not issued for this API",
        ),
        (json!({"exp": 1}), "the access token expired"),
        (
            json!({"iss": "https://evil.example.com/"}),
            "the access token is from another issuer than the one that this API trusts",
        ),
        (json!({"nonce": "n"}), "the token is not an access token"),
        (
            json!({"sub": "site@clients", "gty": "client-credentials"}),
            "the access token was issued to an application, and this API serves users",
        ),
    ] {
        let answer = send(
            world
                .request(Method::GET, "/products")
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
    let opaque = send(
        world
            .request(Method::GET, "/products")
            .bearer_auth("opaque"),
    )
    .await;
    assert!(
        opaque.body["error_description"]
            .as_str()
            .unwrap()
            .contains("without the audience")
    );
    let token = world.token("auth0|alice", "read:products");
    let in_query =
        send(world.request(Method::GET, &format!("/products?access_token={token}"))).await;
    assert_eq!(in_query.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn while_the_provider_is_down_the_api_says_try_again() {
    let world = World::new().await;
    world.provider.reset().await;
    let answer = send(
        world
            .request(Method::GET, "/products")
            .bearer_auth(world.token("auth0|alice", "read:products")),
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
