//! Which requests are forwarded. The API must not see any other, and no token is obtained for it.

use http::{Method, StatusCode, Version};
use serde_json::json;

use crate::{
    api::Reply,
    connection::PROTOCOLS,
    proxy_test_env::{ProxyTestEnv, open},
};

const ORDERS: &str = "/orders-api/orders?status=placed&a=%26";

/// Asserts that nothing was sent to the API, and no token was requested for it.
fn assert_nothing_sent(env: &ProxyTestEnv, case: &str) {
    assert_eq!(env.api.request_count(), 0, "{case}: the API was called");
    assert_eq!(env.refreshes(), 0, "{case}: a token was requested");
}

#[tokio::test]
async fn a_script_of_the_site_reaches_the_api_with_the_users_token() {
    for protocol in PROTOCOLS {
        let env = ProxyTestEnv::new().await;
        env.api.replies([Reply::json(&json!({ "orders": [1] }))]);
        let request = env.script(Method::GET, ORDERS);
        let response = env.send(protocol, request, "").await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        assert_eq!(response.body, r#"{"orders":[1]}"#);
        assert_eq!(response.header("content-type"), Some("application/json"));

        env.api.replies([Reply::text(201, "created")]);
        let request = env.script(Method::POST, "/orders-api/orders");
        let request = request.header("content-type", "application/json");
        let response = env.send(protocol, request, r#"{"n":1}"#).await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (StatusCode::CREATED, "created")
        );

        let requests = env.api.requests();
        assert_eq!(requests[0].target, "/v2/orders?status=placed&a=%26");
        assert_eq!(requests[1].method, Method::POST);
        assert_eq!(requests[1].body, r#"{"n":1}"#);
        assert_eq!(requests[1].header("content-type"), Some("application/json"));
        assert_eq!(requests[0].token(), requests[1].token());
        assert_eq!(env.refreshes(), 1, "the token of this API");
    }
}

#[tokio::test]
async fn nothing_is_forwarded_by_default() {
    let env = ProxyTestEnv::with(|auth0| auth0.proxy("/orders-api")).await;
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let request = env.script(method, "/orders-api/orders");
        let response = env.send(Version::HTTP_11, request, "").await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
        assert_eq!(response.code(), "not_found");
    }
    assert_nothing_sent(&env, "default");
}

#[tokio::test]
async fn only_allowed_methods_and_paths_are_forwarded() {
    let proxy = |auth0: &axum_auth0::Auth0| {
        let proxy = auth0.proxy("/orders-api").get("/orders").post("/orders");
        proxy.get("/orders/{id}").delete("/orders/{id}")
    };
    let env = ProxyTestEnv::with(proxy).await;
    for (method, path, status) in [
        (Method::PUT, "/orders", 405),
        (Method::HEAD, "/orders", 405),
        (Method::OPTIONS, "/orders", 405),
        (Method::TRACE, "/orders", 405),
        (Method::POST, "/orders/1", 405),
        (Method::GET, "/", 404),
        (Method::GET, "", 404),
        (Method::GET, "/orders/", 404),
        (Method::GET, "/orders/1/lines", 404),
        (Method::GET, "/users", 404),
    ] {
        let request = env.script(method.clone(), &format!("/orders-api{path}"));
        let response = env.send(Version::HTTP_11, request, "").await;
        assert_eq!(response.status.as_u16(), status, "{method} {path}");
        if status == 405 && path == "/orders" {
            assert_eq!(response.header("allow"), Some("GET, POST"));
        }
    }
    assert_nothing_sent(&env, "not allowed");
    for (method, path) in [(Method::GET, "/orders/1"), (Method::DELETE, "/orders/1")] {
        let request = env.script(method, &format!("/orders-api{path}"));
        let response = env.send(Version::HTTP_11, request, "").await;
        assert_eq!(response.status, StatusCode::OK);
    }
    assert_eq!(env.api.request_count(), 2);
}

#[tokio::test]
async fn a_method_is_allowed_by_any_path_that_matches_however_the_path_is_encoded() {
    let proxy = |auth0: &axum_auth0::Auth0| {
        let proxy = auth0.proxy("/orders-api").get("/orders/{id}");
        proxy.post("/orders/export").put("/users")
    };
    let env = ProxyTestEnv::with(proxy).await;
    for path in ["/orders/export", "/orders/%65xport", "/orders/1"] {
        let response = env.get(&format!("/orders-api{path}"), &[]).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
    }
    assert_eq!(env.api.request_count(), 3);
    for path in ["/users", "/%75sers", "/orders"] {
        let response = env.get(&format!("/orders-api{path}"), &[]).await;
        let status = response.status.as_u16();
        assert!(matches!(status, 404 | 405), "{path}: {status}");
    }
    for path in ["/orders/1", "/orders/%65xport"] {
        let request = env.script(Method::POST, &format!("/orders-api{path}"));
        let response = env.send(Version::HTTP_11, request, "").await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(response.header("allow"), Some("GET"));
    }
    assert_eq!(env.api.request_count(), 3);
}

#[tokio::test]
async fn a_preflight_of_another_site_gets_no_permission() {
    let env = ProxyTestEnv::new().await;
    for origin in ["https://evil.example", "null", test_support::SITE] {
        let request = env.browser.request(Method::OPTIONS, "/orders-api/orders");
        let request = request
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "cors")
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "x-api-version");
        let response = env.send(Version::HTTP_11, request, "").await;
        assert!(response.status.is_client_error(), "{origin}");
        let headers = format!("{:?}", response.headers);
        assert!(!headers.contains("access-control-"), "{headers}");
    }
    assert_nothing_sent(&env, "preflight");
}

#[tokio::test]
async fn requests_of_other_sites_get_no_token() {
    let env = ProxyTestEnv::new().await;
    let evil = ("origin", "https://evil.example");
    let cases: &[(Method, &[(&str, &str)])] = &[
        (Method::GET, &[("sec-fetch-site", "cross-site")]),
        (Method::GET, &[("sec-fetch-site", "same-site")]),
        (
            Method::GET,
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "no-cors"),
            ],
        ),
        (
            Method::GET,
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
            ],
        ),
        (Method::GET, &[evil]),
        (Method::GET, &[("origin", "null")]),
        (Method::POST, &[("sec-fetch-site", "cross-site"), evil]),
        (Method::POST, &[("sec-fetch-site", "same-origin"), evil]),
        (
            Method::POST,
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "http://localhost:3001"),
            ],
        ),
        (Method::POST, &[evil]),
        (Method::POST, &[("origin", "null")]),
        (Method::POST, &[]),
        (Method::PUT, &[]),
    ];
    for protocol in PROTOCOLS {
        for (method, headers) in cases {
            let mut request = env.browser.request(method.clone(), "/orders-api/orders");
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            let response = env.send(protocol, request, "").await;
            let case = format!("{method} {headers:?}");
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{case}");
            assert_nothing_sent(&env, &case);
        }
    }
}

#[tokio::test]
async fn responses_are_neither_scripts_nor_styles_nor_frames() {
    let env = ProxyTestEnv::new().await;
    for destination in [
        "script",
        "style",
        "worker",
        "serviceworker",
        "iframe",
        "object",
        "embed",
    ] {
        let headers = [
            ("sec-fetch-dest", destination),
            ("sec-fetch-mode", "no-cors"),
        ];
        let response = env.get("/orders-api/orders", &headers).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{destination}");
    }
    // Browsers without Fetch Metadata.
    let headers = [("service-worker", "script"), ("sec-fetch-dest", "")];
    let response = env.get("/orders-api/orders", &headers).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_nothing_sent(&env, "active destination");
    for destination in ["empty", "image", "document"] {
        let response = env
            .get("/orders-api/orders", &[("sec-fetch-dest", destination)])
            .await;
        assert_eq!(response.status, StatusCode::OK, "{destination}");
    }
}

#[tokio::test]
async fn anonymous_requests_get_401_with_json_and_never_a_redirect() {
    let mut env = ProxyTestEnv::new().await;
    env.browser.jar.clear();
    for protocol in PROTOCOLS {
        let navigation = env.browser.navigation("/orders-api/orders");
        for request in [env.script(Method::GET, "/orders-api/orders"), navigation] {
            let response = env.send(protocol, request, "").await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED);
            assert_eq!(response.code(), "sign_in_required");
            assert_eq!(response.header("location"), None);
            assert_eq!(response.header("www-authenticate"), None);
        }
    }
    assert_nothing_sent(&env, "anonymous");
}

#[tokio::test]
async fn a_store_that_fails_is_503() {
    let env = ProxyTestEnv::new().await;
    env.site.store.set_unavailable(true);
    let response = env.get("/orders-api/orders", &[]).await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_nothing_sent(&env, "store");
}

#[tokio::test]
async fn a_proxy_outside_of_the_layers_forwards_nothing() {
    let env = ProxyTestEnv::new().await;
    let address = crate::connection::serve(open(&env.site.auth0).into_router()).await;
    let request = env.script(Method::GET, "/orders-api/orders");
    let request = request.body(crate::connection::full("")).unwrap();
    let response = crate::connection::exchange(address, Version::HTTP_11, request).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_nothing_sent(&env, "outside");
}

#[tokio::test]
async fn no_path_leaves_the_base_path_of_the_api() {
    let env = ProxyTestEnv::new().await;
    for protocol in PROTOCOLS {
        for path in [
            "/..",
            "/../admin",
            "/a/../../admin",
            "/%2e%2e/admin",
            "/%2E%2E/",
            "/.%2e/admin",
            "/%252e%252e/admin",
            "//evil.example/",
            "///evil.example/",
            "/a//b",
            "/%2f%2fevil.example",
            "/..%2fadmin",
            "/a%2fb",
            "/a%5cb",
            "/..%5cadmin",
            "/..;/admin",
            "/a%00",
            "/a%0d%0aHost:%20evil.example",
            "/%",
            "/%zz",
            "/./a",
        ] {
            let request = env.script(Method::GET, &format!("/orders-api{path}"));
            let response = env.send(protocol, request, "").await;
            let status = response.status.as_u16();
            assert!(matches!(status, 400 | 404), "{path}: {status}");
            assert_nothing_sent(&env, path);
        }
    }
    // `@host` and a second URL are names below the base path.
    env.get("/orders-api/@evil.example/http:x", &[]).await;
    let target = &env.api.requests()[0].target;
    assert_eq!(target, "/v2/%40evil.example/http%3Ax");
}

#[tokio::test]
async fn a_page_of_another_user_gets_409() {
    let env = ProxyTestEnv::new().await;
    let response = env
        .get("/orders-api/orders", &[("auth0-page-user", "bobs-page")])
        .await;
    assert_eq!(response.status, StatusCode::CONFLICT);
    assert_nothing_sent(&env, "page user");
}

#[tokio::test]
async fn below_a_nested_router_the_api_gets_the_same_path() {
    let env = ProxyTestEnv::new().await;
    let auth0 = &env.site.auth0;
    let nested = axum::Router::new().nest("/shop/data", open(auth0).into_router());
    let address = crate::connection::serve(auth0.wrap(nested)).await;
    let reply = Reply::headed(201, "location", "/v2/orders/7?x=1");
    env.api.replies([reply]);
    let request = env.script(Method::POST, "/shop/data/orders-api/orders");
    let request = request.body(crate::connection::full("")).unwrap();
    let response = crate::connection::exchange(address, Version::HTTP_11, request).await;
    assert_eq!(response.status, StatusCode::CREATED, "{}", response.body);
    let location = response.header("location");
    assert_eq!(location, Some("/shop/data/orders-api/orders/7?x=1"));
    assert_eq!(env.api.requests()[0].target, "/v2/orders");
}
