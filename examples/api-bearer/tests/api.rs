//! Which tokens the API accepts, and that the program starts.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum_auth0_bearer::Verifier;
use example_support::Program;
use reqwest::Method;
use test_support::{
    ApiTestEnv,
    api_contract::{ProtectedRoute, send},
};

#[path = "../src/main.rs"]
#[expect(
    dead_code,
    reason = "`main` is not called: the router is served in this process"
)]
mod api;

const AUDIENCE: &str = "https://products.example.com";

const ROUTES: &[ProtectedRoute<'_>] = &[
    ProtectedRoute {
        method: "GET",
        path: "/products",
        scope: "read:products",
        other_scopes: "delete:products",
    },
    ProtectedRoute {
        method: "DELETE",
        path: "/products",
        scope: "delete:products",
        other_scopes: "read:products",
    },
];

async fn start() -> ApiTestEnv {
    ApiTestEnv::start(AUDIENCE, "read:products delete:products", async |issuer| {
        api::router(Verifier::new(&issuer, AUDIENCE).unwrap())
    })
    .await
}

#[tokio::test]
async fn each_user_gets_their_own_products() {
    let env = start().await;
    for user in ["auth0|alice", "auth0|bob"] {
        let response = env.send_as(user, Method::GET, "/products", None).await;
        assert_eq!(response.status, 200);
        assert_eq!(response.body[0]["owner"], user);
    }
}

#[tokio::test]
async fn every_route_requires_a_token() {
    start().await.assert_token_is_required(ROUTES).await;
}

#[tokio::test]
async fn each_method_requires_its_scope() {
    start().await.assert_scope_is_required(ROUTES).await;
}

#[tokio::test]
async fn a_route_without_a_scope_accepts_every_token_for_this_api() {
    let env = start().await;
    let request = env.request(Method::GET, "/whoami");
    let response = send(request.bearer_auth(env.token("auth0|alice", ""))).await;
    assert_eq!(
        (response.status.as_u16(), &response.body),
        (200, &"auth0|alice".into())
    );
}

#[tokio::test]
async fn tokens_for_another_audience_and_expired_ones_are_rejected() {
    let env = start().await;
    env.assert_foreign_tokens_are_rejected("/products", "https://orders.example.com")
        .await;
}

#[tokio::test]
async fn the_program_serves_the_api() {
    let env = start().await;
    let variables = [
        ("AUTH0_DOMAIN", env.provider.issuer()),
        ("AUTH0_AUDIENCE", AUDIENCE),
        ("API_LISTEN", "127.0.0.1:0"),
    ];
    let program = Program::start(env!("CARGO_BIN_EXE_api-bearer"), &variables).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = env.token("auth0|alice", "read:products");
    let url = format!("{}/products", program.url);
    let response = send(client.get(&url).bearer_auth(token)).await;
    assert_eq!(response.status, 200);
    assert_eq!(send(client.get(&url)).await.status, 401);
}

#[tokio::test]
async fn a_missing_or_wrong_setting_is_named() {
    let binary = env!("CARGO_BIN_EXE_api-bearer");
    let message = Program::fail(binary, &[]).await;
    assert!(message.contains("AUTH0_DOMAIN"), "{message}");
    let domain = ("AUTH0_DOMAIN", "tenant.eu.auth0.com");
    let message = Program::fail(binary, &[domain]).await;
    assert!(message.contains("AUTH0_AUDIENCE"), "{message}");
    let message = Program::fail(binary, &[domain, ("AUTH0_AUDIENCE", "two words")]).await;
    assert!(message.to_lowercase().contains("audience"), "{message}");
}
