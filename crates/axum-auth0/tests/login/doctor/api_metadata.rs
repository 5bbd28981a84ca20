//! The check of what an API says of itself (RFC 9728).

use axum::{Json, Router, routing::get};
use axum_auth0_doctor::{Report, Status};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{PRODUCTS, ProductsApi};
use tokio::net::TcpListener;

use super::{assert_contains, assert_not_checked, assert_problems, examined, the};
use crate::app::TestEnv;

/// Changed variables.
type Changes = &'static [(&'static str, Option<&'static str>)];

const DPOP: Changes = &[("AUTH0_DPOP", Some("true"))];

/// Starts an API with this metadata, and returns its URL.
async fn api(metadata: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let document = get(async move || Json(metadata.clone()));
    let named = format!("Bearer resource_metadata=\"{address}/about\"");
    let router = Router::new()
        .route("/about", document)
        .fallback(async move || {
            (
                StatusCode::UNAUTHORIZED,
                [("www-authenticate", named.clone())],
            )
        });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Returns the report about a site whose products API has this metadata, with these variables.
async fn report(
    env: &TestEnv,
    changes: &[(&'static str, Option<&str>)],
    metadata: Value,
) -> Report {
    let url = api(metadata).await;
    let url = ("PRODUCTS_API_URL", Some(url.as_str()));
    examined(env, &[changes, &[url]].concat()).await
}

#[tokio::test]
async fn metadata_that_fits_is_ok_and_an_api_without_metadata_is_not_reported() {
    let env = TestEnv::new().await;
    let scopes = <ProductsApi as axum_auth0::Api>::SCOPES;
    let fits = json!({
        "resource": PRODUCTS, "authorization_servers": [env.provider.issuer()], "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
    });
    let found = report(&env, &[], fits).await;
    let check = the(&found, Status::Ok, "api_metadata");
    assert_eq!(check.subject.as_deref(), Some("PRODUCTS"));
    assert_contains(check, &["/about"]);
    assert_not_checked(&report(&env, &[], json!({})).await, "api_metadata");
    // Nothing answers at the URL of the API.
    assert_not_checked(&examined(&env, &[]).await, "api_metadata");
}

#[tokio::test]
async fn metadata_at_the_well_known_path_is_found_without_a_challenge() {
    let env = TestEnv::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/products", listener.local_addr().unwrap());
    let document =
        json!({ "resource": url, "authorization_servers": ["https://other.example.com"] });
    let router = Router::new().route(
        "/.well-known/oauth-protected-resource/products",
        get(async move || Json(document.clone())),
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    let report = examined(&env, &[("PRODUCTS_API_URL", Some(&url))]).await;
    the(&report, Status::Problem, "api_metadata");
}

#[tokio::test]
async fn what_does_not_fit_is_named_with_its_fix() {
    let env = TestEnv::new().await;
    let cases: [(Changes, Value, Status, &str, &str); 6] = [
        (
            &[],
            json!({ "authorization_servers": ["https://other.example.com/"] }),
            Status::Problem,
            "api_other_issuer",
            "https://other.example.com/",
        ),
        (
            &[],
            json!({ "scopes_supported": ["read:stock"] }),
            Status::Warning,
            "api_scope_unknown",
            "PRODUCTS_API_SCOPE",
        ),
        (
            &[],
            json!({ "dpop_bound_access_tokens_required": true }),
            Status::Problem,
            "api_requires_dpop",
            "Set AUTH0_DPOP=true",
        ),
        (
            DPOP,
            json!({ "dpop_signing_alg_values_supported": ["EdDSA"] }),
            Status::Problem,
            "api_dpop_algorithm",
            "AUTH0_DPOP=false",
        ),
        (
            &[],
            json!({ "bearer_methods_supported": ["body"] }),
            Status::Problem,
            "api_bearer_method",
            "header Authorization",
        ),
        (
            &[],
            json!({ "resource": "https://stock.example.com" }),
            Status::Warning,
            "api_other_resource",
            "https://stock.example.com",
        ),
    ];
    for (changes, wrong, status, code, words) in cases {
        let mut metadata = json!({ "resource": PRODUCTS });
        for (name, value) in wrong.as_object().unwrap() {
            metadata[name] = value.clone();
        }
        let report = report(&env, changes, metadata).await;
        let check = the(&report, status, "api_metadata");
        assert_eq!(check.code, Some(code));
        assert_contains(check, &[words]);
        if status == Status::Warning {
            assert_problems(&report, &[]);
        }
    }
}

#[tokio::test]
async fn metadata_at_another_origin_is_not_fetched() {
    let env = TestEnv::new().await;
    let elsewhere = api(json!({ "resource": "https://stock.example.com" })).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let named = format!("Bearer resource_metadata=\"{elsewhere}/about\"");
    let router = Router::new().fallback(async move || {
        (
            StatusCode::UNAUTHORIZED,
            [("www-authenticate", named.clone())],
        )
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let report = examined(&env, &[("PRODUCTS_API_URL", Some(&url))]).await;
    assert_not_checked(&report, "api_metadata");
}
