//! The login route.

use axum::body::Body;
use http::{Method, StatusCode};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{CLIENT_ID, Endpoint, PRODUCTS, SITE, signer};

#[tokio::test]
async fn a_login_requests_a_code_with_pkce_and_the_audience() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = browser.start_login("/products?page=2").await;

    let callback = format!("{SITE}/auth/callback");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", &callback),
        ("audience", PRODUCTS),
        ("code_challenge_method", "S256"),
        (
            "scope",
            "openid profile email offline_access read:products write:products",
        ),
    ] {
        assert_eq!(
            response.redirect_parameter(name).as_deref(),
            Some(value),
            "{name}"
        );
    }
    for absent in [
        "client_secret",
        "code_verifier",
        "resource",
        "prompt",
        "max_age",
    ] {
        assert_eq!(response.redirect_parameter(absent), None, "{absent}");
    }
    assert_eq!(
        response.redirect_parameter("code_challenge").unwrap().len(),
        43
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
    // Nothing is stored before the callback.
    assert!(env.store.records().await.is_empty() && env.store.logins().await.is_empty());
}

#[tokio::test]
async fn state_nonce_and_challenge_are_new_for_every_login() {
    let env = TestEnv::new().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20 {
        let response = env.browser().start_login("/").await;
        for name in ["state", "nonce", "code_challenge"] {
            assert!(
                seen.insert(response.redirect_parameter(name).unwrap()),
                "{name} came twice"
            );
        }
    }
}

#[tokio::test]
async fn the_transaction_cookie_is_http_only_short_lived_and_encrypted() {
    for (site, prefix, secure) in [
        (SITE, "txn_", false),
        ("https://site.example", "__Host-txn_", true),
    ] {
        let env = TestEnvBuilder::new()
            .set("APP_BASE_URL", site)
            .build()
            .await;
        let mut browser = env.browser();
        let response = browser.start_login("/products").await;
        let [cookie] = &response.set_cookies()[..] else {
            panic!("there should be one cookie");
        };
        assert!(cookie.name().starts_with(prefix), "{}", cookie.name());
        assert_eq!(cookie.http_only(), Some(true));
        assert_eq!(cookie.secure().unwrap_or(false), secure);
        assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
        assert_eq!(cookie.path(), Some("/"));
        assert_eq!(cookie.domain(), None);
        assert_eq!(cookie.max_age().unwrap().whole_seconds(), 600);
        let nonce = response.redirect_parameter("nonce").unwrap();
        assert!(!cookie.value().contains(&nonce));
        assert_eq!(browser.pending_logins(), 1);
    }
}

/// CVE-2025-67716.
#[tokio::test]
async fn a_login_link_cannot_change_protocol_parameters() {
    let env = TestEnv::new().await;
    let straight = env.browser().start_login("/").await;
    let mut browser = env.browser();
    let response = browser
        .get(
            "/auth/login?client_id=evil&redirect_uri=https%3A%2F%2Fevil.example&scope=admin&audience=evil\
             &resource=evil&response_type=token&response_mode=form_post&code_challenge=x&code_challenge_method=plain\
             &state=x&nonce=x&request_uri=x&request=x&login_hint=alice",
        )
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    for name in [
        "client_id",
        "redirect_uri",
        "scope",
        "audience",
        "response_type",
        "code_challenge_method",
        "resource",
        "response_mode",
        "request_uri",
        "request",
    ] {
        assert_eq!(
            response.redirect_parameter(name),
            straight.redirect_parameter(name),
            "{name}"
        );
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(
            response.redirect_parameter(name).as_deref(),
            Some("x"),
            "{name}"
        );
    }
    assert_eq!(
        response.redirect_parameter("login_hint").as_deref(),
        Some("alice")
    );
    // Each of them is in the request once.
    env.provider.authorize(response.location(), "alice");
}

#[tokio::test]
async fn malformed_login_parameters_start_no_login() {
    let env = TestEnv::new().await;
    for query in [
        "max_age=abc",
        "max_age=-1",
        "max_age=1.5",
        "max_age=",
        "max_age=99999999999999999999",
        "max_age=1&max_age=2",
        "prompt=evil",
        "prompt=none%20login%0d%0aX%3A1",
        "login_hint=a%0d%0ab",
        "login_hint=a%00b",
        "screen_hint=signup&screen_hint=login",
    ] {
        let mut browser = env.browser();
        let response = browser.get(&format!("/auth/login?{query}")).await;
        env.assert_login_failed(&mut browser, &response, 400, query)
            .await;
        assert!(browser.jar.is_empty(), "{query}");
    }
    assert_eq!(env.provider.request_count(Endpoint::Discovery), 0);
}

#[tokio::test]
async fn only_navigations_start_a_login() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    for headers in [
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")][..],
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "object")],
        &[("sec-fetch-mode", "same-origin")],
    ] {
        let mut request = browser.request(Method::GET, "/auth/login?returnTo=%2Fproducts");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(browser.jar.len(), 0, "{headers:?}");
    }
    // Requests without Fetch Metadata may log in.
    let request = browser.request(Method::GET, "/auth/login");
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
}

/// A link checker sends HEAD.
#[tokio::test]
async fn head_starts_no_login_completes_none_and_does_not_log_out() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let request = browser.request(Method::HEAD, "/auth/login");
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.header("allow"), Some("GET, POST"));
    assert!(browser.jar.is_empty());

    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let request = browser.request(Method::HEAD, &returned.path());
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    // The navigation of the user still works.
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/products?page=2");

    let request = browser
        .request(Method::HEAD, "/auth/logout")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate");
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.header("allow"), Some("GET, POST"));
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn the_configured_prompt_is_sent_unless_the_link_has_its_own() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_PROMPT", "consent")
        .build()
        .await;
    let response = env.browser().start_login("/").await;
    assert_eq!(
        response.redirect_parameter("prompt").as_deref(),
        Some("consent")
    );
    let response = env.browser().get("/auth/login?prompt=login").await;
    assert_eq!(
        response.redirect_parameter("prompt").as_deref(),
        Some("login")
    );
    env.provider.authorize(response.location(), "alice");
}

#[tokio::test]
async fn a_browser_has_at_most_four_pending_logins_and_the_oldest_is_evicted() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let mut returned = Vec::new();
    for tab in 0..7 {
        let response = browser.start_login(&format!("/tab/{tab}")).await;
        returned.push(env.provider.authorize(response.location(), "alice"));
        assert!(browser.pending_logins() <= 4, "{tab}");
        env.clock.advance(1);
    }
    for (tab, returned) in returned.iter().enumerate().skip(3).rev() {
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.location(), format!("/tab/{tab}"));
    }
    assert_eq!(browser.pending_logins(), 0);
    assert_eq!(
        env.store.logins().await.len(),
        1,
        "each login ends the one before"
    );
}

#[tokio::test]
async fn expired_transactions_are_removed() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    browser.start_login("/").await;
    browser.start_login("/").await;
    env.clock.advance(601);
    browser.start_login("/").await;
    assert_eq!(browser.pending_logins(), 1);
}

/// The challenge is the hash of the verifier that arrives at the token endpoint (RFC 7636 §4.6).
#[tokio::test]
async fn the_verifier_is_sent_to_the_token_endpoint_only() {
    use sha2::{Digest as _, Sha256};

    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = browser.start_login("/").await;
    let returned = env.provider.authorize(response.location(), "alice");
    browser.get(&returned.path()).await;
    let exchange = env.provider.requests(Endpoint::Exchange).remove(0);
    let verifier = exchange.get("code_verifier").unwrap();
    assert!(verifier.len() >= 43);
    assert_eq!(
        response.redirect_parameter("code_challenge"),
        Some(signer::encode(Sha256::digest(verifier)))
    );
    assert_eq!(exchange.get("grant_type"), Some("authorization_code"));
}
