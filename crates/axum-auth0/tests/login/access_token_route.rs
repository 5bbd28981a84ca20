//! `GET /auth/access-token`: disabled by default, for the configured APIs, for scripts of the site's own pages.

use http::StatusCode;
use serde_json::Value;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, ORDERS, PRODUCTS, Reply, TestResponse};

const SCRIPT: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
];

async fn exposing(audiences: &str) -> TestEnv {
    TestEnvBuilder::new()
        .set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", audiences)
        .build()
        .await
}

fn assert_refused(response: &TestResponse, status: StatusCode, code: &str) {
    assert_eq!(response.status, status, "{}", response.body);
    assert_eq!(response.json()["error"]["code"], code, "{}", response.body);
    assert!(
        response
            .header("cache-control")
            .unwrap()
            .contains("no-store")
    );
}

#[tokio::test]
async fn tokens_of_apis_that_are_not_exposed_are_not_returned() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for path in [
        "/auth/access-token",
        "/auth/access-token?audience=https://orders.example.com",
    ] {
        let response = browser.fetch(path, &SCRIPT).await;
        assert_refused(&response, StatusCode::NOT_FOUND, "not_exposed");
    }
    let env = exposing(ORDERS).await;
    let mut browser = env.logged_in("alice").await;
    for audience in [PRODUCTS, "https://unknown.example.com", ""] {
        let path = format!("/auth/access-token?audience={audience}");
        let response = browser.fetch(&path, &SCRIPT).await;
        assert_refused(&response, StatusCode::NOT_FOUND, "not_exposed");
    }
}

#[tokio::test]
async fn the_response_has_the_format_of_nextjs_auth0() {
    let env = exposing(&format!("{PRODUCTS} {ORDERS}")).await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.fetch("/auth/access-token", &SCRIPT).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let cache = response.header("cache-control").unwrap();
    assert_eq!(
        cache,
        "private, no-cache, no-store, must-revalidate, max-age=0"
    );
    let body = response.json();
    let now = env.clock_now();
    assert_eq!(body["expires_at"], now + 3_600);
    assert_eq!(body["expires_in"], 3_600);
    assert_eq!(body["token_type"], "Bearer");
    assert!(body["scope"].as_str().unwrap().contains("read:products"));
    assert_eq!(audience_of(&body), PRODUCTS);

    let path = format!("/auth/access-token?audience={ORDERS}");
    let response = browser.fetch(&path, &SCRIPT).await;
    assert_eq!(audience_of(&response.json()), ORDERS);
}

fn audience_of(body: &Value) -> String {
    let claims = axum_auth0::jwt::decode_unverified(body["token"].as_str().unwrap()).unwrap();
    claims.unverified().audience().unwrap()[0].to_owned()
}

/// Other ways to make a browser send the request, CSRF included, are rejected.
#[tokio::test]
async fn only_scripts_of_this_origin_get_a_token() {
    let env = exposing(PRODUCTS).await;
    let mut browser = env.logged_in("alice").await;
    for (case, headers) in [
        (
            "another site",
            vec![
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-dest", "empty"),
            ],
        ),
        (
            "a sibling",
            vec![("sec-fetch-site", "same-site"), ("sec-fetch-dest", "empty")],
        ),
        (
            "a typed address",
            vec![("sec-fetch-site", "none"), ("sec-fetch-dest", "document")],
        ),
        (
            "a link",
            vec![
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-dest", "document"),
            ],
        ),
        (
            "an image",
            vec![
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-dest", "image"),
            ],
        ),
        (
            "a frame",
            vec![
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-dest", "iframe"),
            ],
        ),
        (
            "a script element",
            vec![
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-dest", "script"),
            ],
        ),
        ("an old browser", vec![]),
    ] {
        let response = browser.fetch("/auth/access-token", &headers).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{case}");
        assert_eq!(
            response.json()["error"]["code"],
            "cross_site_request",
            "{case}"
        );
    }
    // Another site cannot send this header without a CORS preflight, which this site does not allow.
    let response = browser
        .fetch("/auth/access-token", &[("x-requested-with", "fetch")])
        .await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn errors_have_the_codes_of_nextjs_auth0() {
    let env = exposing(PRODUCTS).await;
    let response = env.browser().fetch("/auth/access-token", &SCRIPT).await;
    assert_refused(&response, StatusCode::UNAUTHORIZED, "missing_session");

    let mut browser = env.logged_in("alice").await;
    env.clock.advance(7_200);
    env.provider.reply(Endpoint::Refresh, Reply::busy(503, "7"));
    let response = browser.fetch("/auth/access-token", &SCRIPT).await;
    assert_refused(
        &response,
        StatusCode::SERVICE_UNAVAILABLE,
        "failed_to_refresh_token",
    );
    assert_eq!(response.header("retry-after"), Some("7"));

    env.clock.advance(7);
    env.provider
        .reply(Endpoint::Refresh, Reply::error(403, "invalid_grant"));
    let response = browser.fetch("/auth/access-token", &SCRIPT).await;
    assert_refused(&response, StatusCode::UNAUTHORIZED, "session_expired");
}

/// A script gets the requested scopes, not a cached token with more, and not more than the application is configured for.
#[tokio::test]
async fn a_requested_scope_is_passed_to_the_provider_and_limited_to_the_configured_ones() {
    let env = exposing(PRODUCTS).await;
    let mut browser = env.logged_in("alice").await;
    let path = "/auth/access-token?scope=read:products";
    let response = browser.fetch(path, &SCRIPT).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let refreshes = env.provider.requests(Endpoint::Refresh);
    assert_eq!(refreshes.len(), 1, "the held token has more scopes");
    assert_eq!(refreshes[0].get("scope"), Some("read:products"));
    browser.fetch(path, &SCRIPT).await;
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        1,
        "it is held, too"
    );

    for scope in ["delete:products", "read:products admin", "offline_access"] {
        let path = format!("/auth/access-token?scope={}", scope.replace(' ', "+"));
        let response = browser.fetch(&path, &SCRIPT).await;
        assert_refused(&response, StatusCode::BAD_REQUEST, "invalid_scope");
    }
    let twice = "/auth/access-token?scope=a&scope=b";
    let response = browser.fetch(twice, &SCRIPT).await;
    assert_refused(&response, StatusCode::BAD_REQUEST, "invalid_request");
}

/// RFC 6749 §6: a provider treats an omitted scope as the scopes of the grant.
#[tokio::test]
async fn an_empty_scope_parameter_is_ignored() {
    let env = exposing(PRODUCTS).await;
    let mut browser = env.logged_in("alice").await;
    let usual = browser.fetch("/auth/access-token", &SCRIPT).await.json();
    for empty in ["scope=", "scope=+"] {
        let path = format!("/auth/access-token?{empty}");
        assert_eq!(browser.fetch(&path, &SCRIPT).await.json(), usual, "{empty}");
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
}

/// A token with more scopes than requested stays on the server.
#[tokio::test]
async fn a_token_with_more_scopes_than_requested_is_not_returned() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", PRODUCTS)
        .set(
            "AUTH0_SCOPE",
            "openid profile email offline_access delete:products",
        )
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.fetch("/auth/access-token", &SCRIPT).await;
    assert_refused(&response, StatusCode::FORBIDDEN, "invalid_scope");
    env.token(&mut browser).await;
}

#[tokio::test]
async fn head_requests_are_not_allowed() {
    let env = exposing(PRODUCTS).await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.head("/auth/access-token").await;
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_misconfiguration_is_explained_in_the_response_on_request_only() {
    for (setting, explains) in [("true", true), ("false", false)] {
        let env = TestEnvBuilder::new()
            .set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", ORDERS)
            .set("AUTH0_EXPOSE_DIAGNOSES", setting)
            .build()
            .await;
        let mut browser = env.logged_in("alice").await;
        env.provider
            .reply(Endpoint::Refresh, Reply::error(400, "invalid_target"));
        let path = format!("/auth/access-token?audience={ORDERS}");
        let response = browser.fetch(&path, &SCRIPT).await;
        let code = "audience_unknown";
        assert_refused(&response, StatusCode::INTERNAL_SERVER_ERROR, code);
        let explained = response.body.contains("ORDERS_API_AUDIENCE");
        assert_eq!(explained, explains, "{}", response.body);
    }
}
