//! Protected resource metadata (RFC 9728).

use axum::{Router, body::Body, response::IntoResponse as _, routing::get as route};
use axum_auth0_bearer::{Requirement, ResourceMetadata, TrustedIssuer, VerifiedToken};
use http::{Request, StatusCode};
use serde_json::json;
use test_support::{Endpoint, Reply, Signer};

use crate::env::{API, TestEnv, get, send};

const RESOURCE: &str = "https://api.example.com/v1/products";
const PATH: &str = "/.well-known/oauth-protected-resource/v1/products";

fn metadata() -> ResourceMetadata {
    ResourceMetadata::new(RESOURCE)
        .unwrap()
        .scopes_supported(["read:products", "write:products"])
        .resource_name("Products API")
        .resource_documentation("https://api.example.com/docs")
}

async fn with_metadata() -> TestEnv {
    let env = TestEnv::new().await;
    TestEnv {
        verifier: env.verifier.clone().resource_metadata(metadata()),
        ..env
    }
}

fn router(env: &TestEnv) -> Router {
    async fn handler(token: VerifiedToken) -> String {
        token.subject().to_owned()
    }
    let layer = env.verifier.require(Requirement::scope("write:products"));
    Router::new()
        .route("/write", route(handler))
        .route_layer(layer)
        .route("/read", route(handler))
        .merge(env.verifier.metadata_router())
        .with_state(env.verifier.clone())
}

#[tokio::test]
async fn the_document_names_the_api_and_all_of_its_issuers() {
    let env = with_metadata().await;
    let other = TestEnv::with_signer(Signer::es256("other", 2)).await;
    let env = TestEnv {
        verifier: env
            .verifier
            .clone()
            .trust(TrustedIssuer::new(other.fake.client().0))
            // A second name of an issuer is not a second issuer.
            .trust(TrustedIssuer::new(other.fake.client().0)),
        ..env
    };
    let answer = get(&router(&env), PATH, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.body,
        json!({
            "resource": RESOURCE,
            "authorization_servers": [env.fake.issuer(), other.fake.issuer()],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["read:products", "write:products"],
            "resource_name": "Products API",
            "resource_documentation": "https://api.example.com/docs",
        })
    );
    // The document is the configuration's: no provider is asked.
    assert_eq!(env.fake.request_count(Endpoint::Discovery), 0);
}

#[tokio::test]
async fn the_host_of_a_request_is_in_neither_the_document_nor_the_challenge() {
    let env = with_metadata().await;
    // `get` sends another host than the configured one.
    for path in [PATH, "/read"] {
        let answer = get(&router(&env), path, None).await;
        let text = format!("{:?} {}", answer.headers, answer.body);
        assert!(text.contains("api.example.com"), "{text}");
        assert!(!text.contains("evil.example.com"), "{text}");
    }
}

#[tokio::test]
async fn the_document_is_at_the_path_of_the_api_and_nowhere_else() {
    let env = with_metadata().await;
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/v1",
        "/v1/products/.well-known/oauth-protected-resource",
    ] {
        let answer = get(&router(&env), path, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // An API at the root of its host, and a verifier without metadata.
    let root = ResourceMetadata::new("https://api.example.com").unwrap();
    let verifier = env.verifier.clone().resource_metadata(root);
    let path = "/.well-known/oauth-protected-resource";
    let answer = get(&verifier.metadata_router(), path, None).await;
    assert_eq!(answer.body["resource"], "https://api.example.com");
    let without = TestEnv::new().await;
    let answer = get(&without.verifier.metadata_router(), path, None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn scripts_of_other_origins_can_read_the_document() {
    let env = with_metadata().await;
    let answer = get(&router(&env), PATH, None).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let preflight = Request::options(PATH)
        .header("origin", "https://client.example.com")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "mcp-protocol-version")
        .body(Body::empty())
        .unwrap();
    let answer = send(&router(&env), preflight).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-headers"), "*");
    // That is for the document only.
    let answer = get(&router(&env), "/read", None).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn every_401_and_403_names_the_metadata() {
    let env = with_metadata().await;
    let router = router(&env);
    let parameter = r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1/products""#;
    let valid = env.token(json!({}));
    let foreign = env.token(json!({ "aud": "https://orders.example.com" }));
    for (path, token, status) in [
        ("/read", None, StatusCode::UNAUTHORIZED),
        ("/read", Some("opaque"), StatusCode::UNAUTHORIZED),
        ("/read", Some(&*foreign), StatusCode::UNAUTHORIZED),
        ("/write", None, StatusCode::UNAUTHORIZED),
        ("/write", Some(&*valid), StatusCode::FORBIDDEN),
    ] {
        let answer = get(&router, path, token).await;
        assert_eq!(answer.status, status, "{path}");
        let challenge = answer.challenge();
        assert!(challenge.contains(parameter), "{challenge}");
        assert!(
            challenge.starts_with(&format!("Bearer realm=\"{API}\"")),
            "{challenge}"
        );
    }
    assert_eq!(
        get(&router, "/read", Some(&valid)).await.status,
        StatusCode::OK
    );
    // Errors of the token's own methods as well.
    let token = env.verified(json!({})).await;
    for error in [
        token.require_scope("write:products").unwrap_err(),
        token.require_role("manager").unwrap_err(),
        token.require_acr(["urn:mfa"]).unwrap_err(),
    ] {
        let challenge = error.into_response().headers()["www-authenticate"].clone();
        assert!(challenge.to_str().unwrap().contains(parameter));
    }
}

#[tokio::test]
async fn without_metadata_no_challenge_has_the_parameter() {
    let env = TestEnv::new().await;
    let answer = get(&router(&env), "/read", None).await;
    assert_eq!(answer.challenge(), format!("Bearer realm=\"{API}\""));
}

#[tokio::test]
async fn an_outage_of_the_provider_is_no_challenge() {
    let env = with_metadata().await;
    for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
        env.fake.reply(endpoint, Reply::status(404));
    }
    let answer = get(&router(&env), "/read", Some(&env.token(json!({})))).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.challenge(), "");
    // The document is available anyway.
    assert_eq!(get(&router(&env), PATH, None).await.status, StatusCode::OK);
}
