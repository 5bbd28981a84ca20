//! The dashboard, discovery, and properties of all responses.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::test_env::{
    CALLBACK, CLIENT_ID, CLIENT_SECRET, JsonResponse, PRODUCTS, TestEnv, VERIFIER, parameter,
};

#[tokio::test]
async fn the_dashboard_shows_applications_apis_users_and_the_tokens_of_a_login() {
    let env = TestEnv::start().await;
    env.tokens(&[("audience", PRODUCTS)]).await;
    let page = env.get("").await;
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(!policy.contains("unsafe"));
    let html = page.text().await.unwrap();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(html.contains(&format!("<script nonce=\"{nonce}\">")));
    let text = html_escape::decode_html_entities(&html);
    for part in [
        PRODUCTS,
        "read:products",
        CLIENT_ID,
        CALLBACK,
        "alice@example.com",
        "development only",
        "a JWT for",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn neither_the_log_nor_the_dashboard_shows_tokens_codes_or_secrets() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let callback = browser
        .log_in("alice@example.com", &[("audience", PRODUCTS)])
        .await;
    let code = parameter(&callback, "code").unwrap();
    let tokens = env.redeem(&code).await;
    let refreshed = env.refresh(tokens.text("refresh_token"), &[]).await;
    env.redeem(&code).await;
    env.userinfo("canary-token").await;
    env.refresh("canary-refresh", &[]).await;
    let shown = format!(
        "{:?}{}",
        env.tenant.activity_log(),
        env.get("").await.text().await.unwrap()
    );
    let shown = html_escape::decode_html_entities(&shown);
    for secret in [
        &code,
        tokens.text("access_token"),
        tokens.text("refresh_token"),
        tokens.text("id_token"),
        refreshed.text("refresh_token"),
        browser.cookies["tenant_sso"].as_str(),
        CLIENT_SECRET,
        VERIFIER,
        "local-only",
        "canary-token",
        "canary-refresh",
        "state-1",
        "nonce-1",
    ] {
        assert!(!shown.contains(secret));
    }
    assert!(
        shown.contains("exchanged a code of auth0|alice"),
        "the test reads the right text"
    );
}

#[tokio::test]
async fn discovery_lists_the_issuer_and_existing_endpoints() {
    let env = TestEnv::start().await;
    let document: Value = env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(document["issuer"], env.issuer);
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
    ] {
        let path = document[name]
            .as_str()
            .unwrap()
            .strip_prefix(&env.issuer)
            .unwrap();
        assert_ne!(
            env.get(path).await.status(),
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_request_for_another_host_is_rejected() {
    let env = TestEnv::start().await;
    for host in [
        "rebound.example",
        "127.0.0.1.rebound.example",
        "169.254.169.254",
    ] {
        let request = env
            .request(Method::GET, ".well-known/openid-configuration")
            .header("host", host);
        assert_eq!(
            request.send().await.unwrap().status(),
            StatusCode::FORBIDDEN,
            "{host}"
        );
    }
    let request = env
        .request(Method::GET, "")
        .header("host", format!("localhost:{}", env.address.port()));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn every_response_has_security_headers_and_is_not_cached() {
    let env = TestEnv::start().await;
    for path in [
        "",
        "log",
        "nowhere",
        "authorize",
        "userinfo",
        "u/login",
        "oidc/logout",
    ] {
        let response = env.get(path).await;
        assert_eq!(
            response.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
        assert_eq!(
            response.headers()["referrer-policy"],
            "same-origin",
            "{path}"
        );
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
    let keys = env.get(".well-known/jwks.json").await;
    assert!(
        keys.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("public, max-age=15")
    );
}

#[tokio::test]
async fn an_oversized_body_is_rejected() {
    let env = TestEnv::start().await;
    let request = env
        .request(Method::POST, "oauth/token")
        .body("x".repeat(100_000));
    assert_eq!(
        JsonResponse::read(request.send().await.unwrap())
            .await
            .status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
