//! A login that the provider or another site initiates: OpenID Connect Core 1.0 §4.

use axum::body::Body;
use http::{Method, StatusCode, header};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, Endpoint, SITE, TestResponse};

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Follows a link of another site.
async fn link(browser: &mut Browser, pairs: &[(&str, &str)]) -> TestResponse {
    let path = format!("/auth/login?{}", query(pairs));
    let mut request = browser.navigation(&path).body(Body::empty()).unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    browser.send(request).await
}

/// Posts a form of another site, without the cookies of this one.
async fn post(
    browser: &mut Browser,
    path: &str,
    mode: &str,
    form: &[(&str, &str)],
) -> TestResponse {
    let mut without_cookies = browser.clone();
    without_cookies.jar.clear();
    let request = without_cookies
        .request(Method::POST, path)
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, "https://op.example")
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", mode)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(query(form)))
        .unwrap();
    without_cookies.send(request).await
}

#[tokio::test]
async fn the_provider_can_initiate_a_login_with_a_hint_and_a_page() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    let mut browser = env.browser();
    let target = format!("{SITE}/products?page=2");
    let all = [
        ("iss", issuer.as_str()),
        ("login_hint", "alice@example.com"),
        ("target_link_uri", target.as_str()),
    ];
    let response = link(&mut browser, &all).await;
    let hint = response.redirect_parameter("login_hint");
    assert_eq!(hint.as_deref(), Some("alice@example.com"));
    assert_eq!(response.redirect_parameter("target_link_uri"), None);
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/products?page=2");

    // Without a page, it leads to the start page.
    let response = link(&mut browser, &all[..1]).await;
    let returned = env.provider.authorize(response.location(), "alice");
    assert_eq!(browser.get(&returned.path()).await.location(), "/");
}

#[tokio::test]
async fn the_provider_can_initiate_a_login_with_post() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    let mut browser = env.browser();
    let target = format!("{SITE}/products");
    let form = [
        ("iss", issuer.as_str()),
        ("login_hint", "alice"),
        ("target_link_uri", target.as_str()),
        // Only the parameters of the specification are used.
        ("organization", "org_evil"),
    ];
    let response = post(&mut browser, "/auth/login", "navigate", &form).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    assert_eq!(
        response.location(),
        format!("/auth/login?{}", query(&form[..3]))
    );
    assert!(response.set_cookies().is_empty());
    let path = response.location().to_owned();
    let response = browser.get(&path).await;
    let returned = env.provider.authorize(response.location(), "alice");
    assert_eq!(browser.get(&returned.path()).await.location(), "/products");
}

#[tokio::test]
async fn a_login_for_another_issuer_or_another_site_does_not_start() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    let iss = ("iss", issuer.as_str());
    let without_slash = issuer.trim_end_matches('/');
    let mut cases = vec![
        (vec![("iss", "https://evil.example/")], "another provider"),
        (vec![("iss", without_slash)], "another provider"),
        (vec![("iss", "")], "another provider"),
        (vec![iss, iss], "Its parameter iss"),
        (
            vec![("target_link_uri", "http://localhost:3000/")],
            "Its parameter iss",
        ),
    ];
    for target in [
        "https://evil.example/",
        "http://localhost:3000.evil.example/",
        "http://localhost:3000@evil.example/",
        "http://user@localhost:3000/",
        "https://localhost:3000/",
        "http://localhost:3001/",
        "//evil.example/",
        "/products",
        "javascript:alert(1)",
        "http://localhost:3000//evil.example",
        "http://localhost:3000/auth/logout",
        "http://localhost:3000/\\evil.example",
        "",
    ] {
        cases.push((vec![iss, ("target_link_uri", target)], "another site"));
    }
    for (pairs, cause) in cases {
        let mut browser = env.browser();
        let response = link(&mut browser, &pairs).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{pairs:?}");
        assert!(
            response.body.contains(cause),
            "{pairs:?}: {}",
            response.body
        );
        assert_eq!(browser.pending_logins(), 0, "{pairs:?}");
        let response = post(&mut browser, "/auth/login", "navigate", &pairs).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "POST {pairs:?}");
        assert_eq!(response.header("location"), None, "POST {pairs:?}");
    }
    assert_eq!(env.provider.request_count(Endpoint::Authorize), 0);
}

#[tokio::test]
async fn another_site_can_post_to_no_other_route_and_not_in_the_background() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    let form = [("iss", issuer.as_str())];
    let mut browser = env.browser();
    for (path, mode) in [
        ("/auth/logout", "navigate"),
        ("/auth/callback", "navigate"),
        ("/auth/login/", "navigate"),
        ("/products", "navigate"),
        ("/auth/login", "cors"),
        ("/auth/login", "no-cors"),
    ] {
        let response = post(&mut browser, path, mode, &form).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{path} {mode}");
    }
    // Without `iss`, a POST starts nothing.
    let response = post(
        &mut browser,
        "/auth/login",
        "navigate",
        &[("login_hint", "a")],
    )
    .await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
}

/// A started login changes no session: only a completed one does.
#[tokio::test]
async fn an_initiated_login_keeps_the_session_until_it_is_complete() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let issuer = env.provider.issuer().to_owned();
    link(&mut browser, &[("iss", &issuer)]).await;
    post(&mut browser, "/auth/login", "navigate", &[("iss", &issuer)]).await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(env.store.logins().await.len(), 1);
}

#[tokio::test]
async fn the_page_is_below_the_base_path() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "http://localhost:3000/shop")
        .build()
        .await;
    let issuer = env.provider.issuer().to_owned();
    for (target, status) in [
        ("http://localhost:3000/shop/products", StatusCode::SEE_OTHER),
        ("http://localhost:3000/blog", StatusCode::BAD_REQUEST),
    ] {
        let pairs = query(&[("iss", &issuer), ("target_link_uri", target)]);
        let response = env
            .browser()
            .get(&format!("/shop/auth/login?{pairs}"))
            .await;
        assert_eq!(response.status, status, "{target}");
    }
}
