//! The headers that pass, and those that never do.

use axum_auth0::Auth0;
use http::{HeaderName, Method, StatusCode, Version};

use crate::{
    api::Reply,
    proxy_test_env::{ProxyTestEnv, open},
};

const ORDERS: &str = "/orders-api/orders";

#[tokio::test]
async fn credentials_of_the_browser_never_reach_the_api() {
    let env = ProxyTestEnv::new().await;
    let session = env.browser.session().unwrap().clone();
    let headers = [
        ("authorization", "Bearer of-the-browser"),
        ("proxy-authorization", "Basic eDp5"),
        ("dpop", "proof"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-user", "admin"),
        ("forwarded", "for=10.0.0.1"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("x-user", "admin"),
        ("te", "trailers"),
        ("referer", "http://localhost:3000/secret"),
        ("accept", "application/json"),
        ("if-none-match", "\"1\""),
        ("last-event-id", "7"),
    ];
    let response = env.get(ORDERS, &headers).await;
    assert_eq!(response.status, StatusCode::OK);
    let request = &env.api.requests()[0];
    let all = format!("{:?}", request.headers);
    assert!(
        !all.contains(&session) && !all.contains("of-the-browser"),
        "{all}"
    );
    assert!(request.token().len() > 100, "the user's token");
    for name in [
        "cookie",
        "proxy-authorization",
        "dpop",
        "x-forwarded-for",
        "x-forwarded-user",
        "forwarded",
        "x-http-method-override",
        "x-original-url",
        "x-user",
        "te",
        "referer",
        "origin",
        "sec-fetch-site",
        "sec-fetch-mode",
    ] {
        assert_eq!(request.header(name), None, "{name}");
    }
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("if-none-match"), Some("\"1\""));
    assert_eq!(request.header("last-event-id"), Some("7"));
    let host = request.header("host").map(|host| format!("http://{host}"));
    assert_eq!(host.as_deref(), Some(env.api.address()));
    assert!(request.header("traceparent").is_some());
}

#[tokio::test]
async fn headers_that_connection_names_are_removed_in_both_directions() {
    let with_extra = |auth0: &Auth0| {
        let name = HeaderName::from_static;
        open(auth0)
            .request_headers([name("x-api-version"), name("cookie"), name("authorization")])
            .response_headers([
                name("x-total-count"),
                name("set-cookie"),
                name("x-internal"),
            ])
    };
    let env = ProxyTestEnv::with(with_extra).await;
    env.api.replies([Reply::With(
        200,
        vec![
            ("connection", "X-Internal, keep-alive".to_owned()),
            ("x-internal", "10.0.0.7".to_owned()),
            ("x-total-count", "3".to_owned()),
            ("set-cookie", "a=1".to_owned()),
        ],
        "{}".to_owned(),
    )]);
    let headers = [
        ("x-api-version", "2"),
        ("connection", "Idempotency-Key"),
        ("idempotency-key", "k"),
    ];
    let response = env.get(ORDERS, &headers).await;
    let request = &env.api.requests()[0];
    assert_eq!(request.header("x-api-version"), Some("2"));
    assert_eq!(request.header("idempotency-key"), None);
    assert_eq!(request.header("cookie"), None);
    assert_ne!(request.token(), "of-the-browser");
    assert_eq!(response.header("x-total-count"), Some("3"));
    assert_eq!(response.header("x-internal"), None);
    assert_eq!(response.header("set-cookie"), None);
}

#[tokio::test]
async fn headers_of_the_api_that_act_on_the_site_are_dropped() {
    let env = ProxyTestEnv::new().await;
    let dropped = [
        ("set-cookie", "session=stolen; Path=/"),
        ("clear-site-data", "\"*\""),
        ("strict-transport-security", "max-age=1"),
        ("access-control-allow-origin", "*"),
        ("refresh", "0; url=https://evil.example"),
        ("service-worker-allowed", "/"),
        ("x-accel-redirect", "/etc/passwd"),
        ("location", "https://evil.example/"),
        ("auth0-user", "bob"),
        ("link", "<https://evil.example>; rel=preload"),
        ("www-authenticate", "Basic realm=\"x\""),
    ];
    let mut headers: Vec<_> = dropped
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
    headers.extend([
        ("etag", "\"1\"".to_owned()),
        ("content-type", "text/html".to_owned()),
        ("cache-control", "public, max-age=600".to_owned()),
        ("content-security-policy", "default-src *".to_owned()),
    ]);
    for status in [200, 403, 404, 500] {
        let reply = Reply::With(
            status,
            headers.clone(),
            "<script>alert(1)</script>".to_owned(),
        );
        env.api.replies([reply]);
        let response = env.get(ORDERS, &[]).await;
        assert_eq!(response.status.as_u16(), status);
        for (name, _) in dropped {
            assert_eq!(response.header(name), None, "{status} {name}");
        }
        assert_eq!(response.header("etag"), Some("\"1\""));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        let policy = response.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; sandbox"));
        assert!(response.header("vary").unwrap().contains("cookie"));
    }
}

#[tokio::test]
async fn redirects_stay_below_the_proxy_or_are_refused() {
    let env = ProxyTestEnv::new().await;
    for (location, expected) in [
        ("/v2/orders/1", Some("/orders-api/orders/1")),
        ("1?a=1", Some("/orders-api/1?a=1")),
        ("https://evil.example/v2/orders", None),
        ("//evil.example/v2/orders", None),
        ("/admin", None),
        ("../admin", None),
    ] {
        env.api.replies([Reply::headed(302, "location", location)]);
        let response = env.get(ORDERS, &[]).await;
        assert_eq!(response.header("location"), expected, "{location}");
        let status = if expected.is_some() { 302 } else { 502 };
        assert_eq!(response.status.as_u16(), status, "{location}");
    }
    env.api.replies([Reply::status(304)]);
    let response = env.get(ORDERS, &[]).await;
    assert_eq!(response.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_token_in_the_query_is_refused_and_the_user_of_the_page_is_removed() {
    let env = ProxyTestEnv::new().await;
    let response = env
        .get("/orders-api/orders?access_token=foreign", &[])
        .await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(env.api.request_count(), 0);
    let mut browser = env.browser.clone();
    let page = browser.get("/whoami").await;
    let page = page
        .header("auth0-current-user")
        .unwrap_or_default()
        .to_owned();
    let path = format!("/orders-api/orders?auth0_page_user={page}&a=1");
    let request = env.script(Method::GET, &path);
    let response = env.send(Version::HTTP_11, request, "").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    assert_eq!(env.api.requests()[0].target, "/v2/orders?a=1");
}
