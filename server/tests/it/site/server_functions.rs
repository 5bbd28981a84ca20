//! Every server function is a public endpoint: guarded ones reject anonymous calls.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, header};

use crate::{
    browser::{ALICE, Browser},
    test_env::TestEnv,
};

const LOGOUT_PATH: &str = "/auth/logout";
const PROFILE_PATH: &str = "/auth/profile";

/// Those that respond to every request.
const PUBLIC: &[(&str, &str)] = &[("GET", "/auth/user")];

/// Server functions that require a signed-in user.
pub(crate) const GUARDED: &[(&str, &str)] = &[
    ("GET", "/api/products"),
    ("POST", "/api/products"),
    ("POST", "/api/products/rename"),
    ("GET", "/api/products/report"),
    ("POST", "/api/products/delete"),
    ("GET", "/api/orders"),
    ("POST", "/api/orders"),
    ("GET", "/api/sessions"),
    ("POST", "/api/sessions/end"),
    ("POST", "/api/sessions/end-others"),
];

/// A form with the fields of all server functions.
pub(crate) const FIELDS: &[(&str, &str)] = &[
    ("id", "x"),
    ("name", "Saw"),
    ("category", "Tools"),
    ("price", "1"),
    ("stock", "1"),
    ("product", "Saw"),
    ("quantity", "1"),
    ("idempotency_key", "k-1"),
];

#[tokio::test]
async fn every_server_function_is_listed_here_as_public_or_guarded() {
    // Building the router registers them.
    let _world = TestEnv::start().await;
    let registered: BTreeSet<_> = server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()))
        .collect();
    let listed = PUBLIC.iter().chain(GUARDED);
    let listed: BTreeSet<_> = listed
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(registered, listed);
}

#[tokio::test]
async fn a_guarded_server_function_rejects_anonymous_calls() {
    let env = TestEnv::start().await;
    let anonymous = env.browser();
    for (method, path) in GUARDED {
        let refused = anonymous
            .call(method.parse().unwrap(), path, FIELDS)
            .await
            .assert_status(401);
        assert_eq!(
            refused.json(),
            serde_json::json!({ "code": "sign_in_required" }),
            "{method} {path}"
        );
    }
    assert_eq!(env.products_requests.entries().len(), 0);
    for (method, path) in PUBLIC {
        anonymous
            .call(method.parse().unwrap(), path, FIELDS)
            .await
            .assert_status(200);
    }
}

#[tokio::test]
async fn a_guarded_server_function_answers_401_whatever_is_accepted() {
    let env = TestEnv::start().await;
    let anonymous = env.browser();
    for accept in ["*/*", "text/html", "image/png", "application/json"] {
        let request = anonymous
            .request(Method::GET, "/api/products")
            .header(header::ACCEPT, accept);
        assert_eq!(
            anonymous
                .send(request)
                .await
                .assert_status(401)
                .error_code(),
            "sign_in_required",
            "{accept}"
        );
    }
}

#[tokio::test]
async fn a_missing_argument_is_a_bad_request_without_parser_details() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for (path, fields) in [
        ("/api/products", &[("name", "Saw")][..]),
        ("/api/products/rename", &[("id", "canary")]),
        ("/api/products/delete", &[]),
        ("/api/orders", &[("product", "canary"), ("quantity", "1")]),
        (
            "/api/orders",
            &[
                ("product", "canary"),
                ("quantity", "-1"),
                ("idempotency_key", "k-1"),
            ],
        ),
    ] {
        let refused = alice
            .call(Method::POST, path, fields)
            .await
            .assert_status(400);
        assert_eq!(
            refused.json(),
            serde_json::json!({ "code": "bad_request" }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_unsupported_method_is_rejected() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for (method, path) in [
        (Method::DELETE, "/api/products"),
        (Method::PUT, "/api/products/rename"),
        (Method::GET, "/api/products/delete"),
        (Method::GET, "/tokens/revoke"),
        (Method::POST, "/tokens"),
        (Method::POST, PROFILE_PATH),
        (Method::PUT, LOGOUT_PATH),
        (Method::POST, "/auth/callback"),
        (Method::PUT, "/auth/login"),
    ] {
        alice.call(method, path, FIELDS).await.assert_status(405);
    }
    assert!(is_signed_in(&alice).await);
}

/// Returns whether the browser is signed in.
pub(crate) async fn is_signed_in(browser: &Browser) -> bool {
    match browser.get_json("/auth/profile").await.status.as_u16() {
        200 => true,
        401 => false,
        other => panic!("/auth/profile answered {other}"),
    }
}
