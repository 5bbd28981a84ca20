//! The API with opaque tokens, which it introspects at the local tenant.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum_auth0_bearer::{Introspection, Verifier};
use example_support::{Browser, Port, serve};
use reqwest::{Client, StatusCode};
use tenant::{Settings, Tenant};
use url::Url;

#[path = "../src/main.rs"]
#[expect(
    dead_code,
    reason = "`main` is not called: the router is served in this process"
)]
mod api;

const AUDIENCE: &str = "https://products.example.com";
const SECRET: &str = "local-client-secret";

/// Starts a tenant whose products API has opaque tokens, and the API. Returns the tenant and the URL of the API.
async fn start() -> (Tenant, String) {
    // Installs the cryptography that all HTTP clients of this process use.
    drop(Browser::new("http://localhost"));
    let port = Port::reserve();
    let issuer = format!("http://{}/", port.address());
    let site = Url::parse("http://localhost:3000").unwrap();
    let mut settings = Settings::local(Url::parse(&issuer).unwrap(), &site, SECRET).with_orders();
    for api in &mut settings.apis {
        api.opaque = true;
    }
    let tenant = Tenant::open(settings).await.unwrap();
    serve(port, tenant.router());
    let introspection = Introspection::new("leptos-auth0-sample", SECRET);
    let verifier = Verifier::new(&issuer, AUDIENCE).unwrap();
    let port = Port::reserve();
    let url = format!("http://{}/products", port.address());
    serve(port, api::router(verifier.introspection(introspection)));
    (tenant, url)
}

async fn token(tenant: &Tenant, audience: &str, scope: &str) -> String {
    let tokens = tenant
        .issue_tokens("leptos-auth0-sample", "auth0|alice", Some(audience), scope)
        .await;
    tokens.unwrap().access_token
}

async fn status(url: &str, token: &str) -> StatusCode {
    let client = Client::builder().no_proxy().build().unwrap();
    let response = client.get(url).bearer_auth(token).send().await.unwrap();
    response.status()
}

#[tokio::test]
async fn an_opaque_token_is_accepted_if_it_is_active_and_for_this_api() {
    let (tenant, url) = start().await;
    let opaque = token(&tenant, AUDIENCE, "openid read:products").await;
    assert!(!opaque.contains('.'), "{opaque}");
    assert_eq!(status(&url, &opaque).await, StatusCode::OK);
    let without_scope = token(&tenant, AUDIENCE, "openid").await;
    assert_eq!(status(&url, &without_scope).await, StatusCode::FORBIDDEN);
    let for_another = token(&tenant, "https://orders.example.com", "openid").await;
    assert_eq!(status(&url, &for_another).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&url, "invented").await, StatusCode::UNAUTHORIZED);
}
