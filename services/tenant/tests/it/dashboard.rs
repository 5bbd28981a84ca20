//! The dashboard, discovery, and what all answers have in common.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::{Answer, CALLBACK, CLIENT_ID, PRODUCTS, SECRET, VERIFIER, World, parameter};

#[tokio::test]
async fn the_dashboard_shows_applications_apis_users_and_what_a_login_got() {
    let world = World::start().await;
    world.tokens(&[("audience", PRODUCTS)]).await;
    let page = world.get("").await;
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
    let world = World::start().await;
    let mut browser = world.browser();
    let callback = browser
        .log_in("alice@example.com", &[("audience", PRODUCTS)])
        .await;
    let code = parameter(&callback, "code").unwrap();
    let tokens = world.redeem(&code).await;
    let refreshed = world.refresh(tokens.text("refresh_token"), &[]).await;
    world.redeem(&code).await;
    world.userinfo("canary-token").await;
    world.refresh("canary-refresh", &[]).await;
    let shown = format!(
        "{:?}{}",
        world.tenant.log(),
        world.get("").await.text().await.unwrap()
    );
    let shown = html_escape::decode_html_entities(&shown);
    for secret in [
        &code,
        tokens.text("access_token"),
        tokens.text("refresh_token"),
        tokens.text("id_token"),
        refreshed.text("refresh_token"),
        browser.cookies["tenant_sso"].as_str(),
        SECRET,
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
        "the test looks at the right text"
    );
}

#[tokio::test]
async fn discovery_names_the_issuer_and_endpoints_that_answer() {
    let world = World::start().await;
    let document: Value = world
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(document["issuer"], world.issuer);
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
            .strip_prefix(&world.issuer)
            .unwrap();
        assert_ne!(
            world.get(path).await.status(),
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_request_under_another_host_is_refused() {
    let world = World::start().await;
    for host in [
        "rebound.example",
        "127.0.0.1.rebound.example",
        "169.254.169.254",
    ] {
        let request = world
            .request(Method::GET, ".well-known/openid-configuration")
            .header("host", host);
        assert_eq!(
            request.send().await.unwrap().status(),
            StatusCode::FORBIDDEN,
            "{host}"
        );
    }
    let request = world
        .request(Method::GET, "")
        .header("host", format!("localhost:{}", world.address.port()));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_has_security_headers_and_is_not_cached() {
    let world = World::start().await;
    for path in [
        "",
        "log",
        "nowhere",
        "authorize",
        "userinfo",
        "u/login",
        "oidc/logout",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
        assert_eq!(answer.headers()["referrer-policy"], "same-origin", "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
    }
    let keys = world.get(".well-known/jwks.json").await;
    assert!(
        keys.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("public, max-age=15")
    );
}

#[tokio::test]
async fn an_over_long_body_is_refused() {
    let world = World::start().await;
    let request = world
        .request(Method::POST, "oauth/token")
        .body("x".repeat(100_000));
    assert_eq!(
        Answer::of(request.send().await.unwrap()).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
