//! The layers before the application: canonical host, CSRF protection, data routes, protected pages.

use std::sync::atomic::Ordering;

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderMap, Method, StatusCode, header};
use test_support::{Browser, SITE, TestApp as _, browser::TestResponse};

use crate::app::{TestEnv, TestEnvBuilder};

const FORM: &[(&str, &str)] = &[
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("accept", "text/html"),
];

async fn send(
    browser: &mut Browser,
    method: Method,
    path: &str,
    headers: &[&[(&str, &str)]],
) -> TestResponse {
    let mut request = browser.request(method, path);
    for (name, value) in headers.iter().copied().flatten() {
        if *name == "host" {
            let headers = request.headers_mut().unwrap();
            headers.insert(header::HOST, value.parse().unwrap());
        } else {
            request = request.header(*name, *value);
        }
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

/// A proxy that sets `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with the site's own forms.
#[tokio::test]
async fn a_form_of_this_site_with_a_null_origin_is_accepted() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let own = &[("origin", "null"), ("sec-fetch-site", "same-origin")];
    for path in ["/api/change", "/products"] {
        let response = send(&mut browser, Method::POST, path, &[FORM, own]).await;
        assert_eq!(response.body, "changed", "{path}");
    }
    let response = send(&mut browser, Method::POST, "/auth/logout", &[FORM, own]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_null_origin_without_fetch_metadata_is_rejected_with_a_page_for_users() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for site in [Some("cross-site"), Some("same-site"), Some("none"), None] {
        let mut headers = vec![("origin", "null")];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        for path in ["/api/change", "/auth/logout", "/products"] {
            let page = send(&mut browser, Method::POST, path, &[FORM, &headers]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{site:?} {path}");
            assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
            assert_eq!(page.header("cache-control"), Some("no-store"));
            let script = &[("sec-fetch-mode", "cors"), ("accept", "text/html")];
            let data = send(&mut browser, Method::POST, path, &[script, &headers]).await;
            assert_eq!(data.json()["error"], "cross_site", "{site:?} {path}");
        }
    }
    assert_eq!(env.app.changes.load(Ordering::SeqCst), 0);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_websocket_handshake_is_accepted_from_this_site_only() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let upgrade = &[
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-fetch-mode", "websocket"),
    ];
    for (site, origin, works) in [
        (Some("same-origin"), Some(SITE), true),
        (None, Some(SITE), true),
        (Some("cross-site"), Some("https://evil.example"), false),
        (Some("same-site"), Some("http://localhost:3001"), false),
        (None, Some("https://evil.example"), false),
        (Some("cross-site"), None, false),
        (None, None, false),
    ] {
        let mut headers = Vec::new();
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        headers.extend(origin.map(|origin| ("origin", origin)));
        for path in ["/products", "/whoami", "/api/list"] {
            let response = send(&mut browser, Method::GET, path, &[upgrade, &headers]).await;
            let expected = if works { 200 } else { 403 };
            assert_eq!(
                response.status.as_u16(),
                expected,
                "{site:?} {origin:?} {path}"
            );
        }
    }
}

/// Responds like `leptos_axum` to a server function: with a redirect to the Referer if HTML is accepted.
async fn respond_like_leptos(headers: HeaderMap) -> Response {
    let accepts_html = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().unwrap().contains("text/html"));
    match headers.get(header::REFERER) {
        Some(referer) if accepts_html => {
            (StatusCode::FOUND, [(header::LOCATION, referer.clone())]).into_response()
        }
        _ => "data".into_response(),
    }
}

async fn wrap_server_functions(env: &TestEnv) -> Router {
    let functions = Router::new().route("/rpc/nested", any(respond_like_leptos));
    let app = Router::new()
        .route("/api/list", any(respond_like_leptos))
        .route("/auth/user", any(respond_like_leptos))
        .route("/rpc/list", any(respond_like_leptos))
        .nest("/shop", functions)
        .route("/page", get(respond_like_leptos));
    let builder = env.auth0_builder();
    let auth0 = builder.data_routes(|path| path.contains("/rpc/")).build();
    auth0.await.unwrap().wrap(app)
}

#[tokio::test]
async fn reads_of_data_routes_are_never_redirected() {
    let env = TestEnv::new().await;
    let mut browser = env
        .browser()
        .with_router(&wrap_server_functions(&env).await);
    for path in ["/api/list", "/auth/user", "/rpc/list", "/shop/rpc/nested"] {
        for referer in ["https://evil.example/x", SITE, "http://localhost:3000/page"] {
            for accept in ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8"] {
                let headers = &[("referer", referer), ("accept", accept)];
                let response = send(&mut browser, Method::GET, path, &[headers]).await;
                assert_eq!(response.status, StatusCode::OK, "{path} {referer}");
                assert_eq!(response.header("location"), None, "{path} {referer}");
                assert_eq!(response.body, "data", "{path} {referer}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_redirects_to_a_page_of_this_site_only() {
    let env = TestEnv::new().await;
    let mut browser = env
        .browser()
        .with_router(&wrap_server_functions(&env).await);
    for path in ["/api/list", "/auth/user", "/rpc/list", "/shop/rpc/nested"] {
        for (referer, location) in [
            (
                "http://localhost:3000/page",
                Some("http://localhost:3000/page"),
            ),
            ("https://evil.example/x", None),
            ("http://localhost:3000.evil.example/", None),
            ("//evil.example/", None),
        ] {
            let headers = &[
                ("referer", referer),
                ("origin", SITE),
                ("sec-fetch-site", "same-origin"),
            ];
            let response = send(&mut browser, Method::POST, path, &[FORM, headers]).await;
            assert_eq!(response.header("location"), location, "{path} {referer}");
        }
    }
}

#[tokio::test]
async fn data_routes_with_any_prefix_reject_other_sites() {
    let env = TestEnv::new().await;
    let mut browser = env
        .browser()
        .with_router(&wrap_server_functions(&env).await);
    for (site, status) in [
        ("same-origin", 200),
        ("none", 200),
        ("same-site", 403),
        ("cross-site", 403),
    ] {
        for path in ["/api/list", "/auth/user", "/rpc/list", "/shop/rpc/nested"] {
            for method in [Method::GET, Method::HEAD] {
                let headers = &[("sec-fetch-site", site)];
                let response = send(&mut browser, method.clone(), path, &[FORM, headers]).await;
                assert_eq!(response.status.as_u16(), status, "{method} {path} {site}");
            }
        }
        // A browser without Fetch Metadata sends `Origin`.
        for (origin, status) in [(SITE, 200), ("https://evil.example", 403), ("null", 403)] {
            for path in ["/api/list", "/rpc/list"] {
                let response =
                    send(&mut browser, Method::GET, path, &[&[("origin", origin)]]).await;
                assert_eq!(response.status.as_u16(), status, "{path} {origin}");
            }
        }
        // A link to a page is allowed.
        let headers = &[("sec-fetch-site", site)];
        let response = send(&mut browser, Method::GET, "/page", &[FORM, headers]).await;
        assert_eq!(response.status, StatusCode::OK, "{site}");
    }
}

#[tokio::test]
async fn all_spellings_of_the_canonical_host_are_accepted() {
    for (base_url, hosts) in [
        (
            "https://site.example",
            &[
                "site.example",
                "site.example:443",
                "site.example.",
                "site.example.:443",
                "Site.Example:443",
            ][..],
        ),
        (
            "http://localhost",
            &["localhost:80", "localhost.", "LOCALHOST"],
        ),
        (
            "http://[::1]:3000",
            &["[::1]:3000", "[0:0:0:0:0:0:0:1]:3000", "[::0001]:3000"],
        ),
    ] {
        let env = TestEnvBuilder::new()
            .set("APP_BASE_URL", base_url)
            .build()
            .await;
        let mut browser = env.browser();
        for host in hosts {
            let headers = &[("host", *host)];
            let response = send(&mut browser, Method::GET, "/whoami", &[headers, FORM]).await;
            assert_eq!(response.status, StatusCode::OK, "{host}");
            let headers = &[("host", *host), ("origin", base_url)];
            let response = send(&mut browser, Method::POST, "/api/change", &[headers]).await;
            assert_eq!(response.body, "changed", "{host}");
        }
        for host in [
            "site.example:444",
            "a.site.example",
            "localhost:3000",
            "[::2]:3000",
        ] {
            let headers = &[("host", host)];
            let response = send(&mut browser, Method::GET, "/whoami", &[headers, FORM]).await;
            assert_eq!(response.status, StatusCode::TEMPORARY_REDIRECT, "{host}");
        }
    }
}

#[tokio::test]
async fn login_and_logout_work_when_every_page_is_protected() {
    for protected in [&["/"][..], &[""], &["/", "/auth", "/signed-out"]] {
        let env = TestEnv::new().await;
        let app = env
            .app
            .router()
            .route("/signed-out", get(|| async { "signed out" }))
            .route("/auth/user", get(|| async { "null" }));
        let builder = env.auth0_builder().protect(protected.iter().copied());
        let router = builder.build().await.unwrap().wrap(app);
        let mut browser = env.browser().with_router(&router);
        for path in ["/", "/products", "/nowhere"] {
            assert!(
                browser
                    .get(path)
                    .await
                    .location()
                    .starts_with("/auth/login")
            );
        }
        assert_eq!(browser.get("/signed-out").await.body, "signed out");
        assert_eq!(browser.get("/auth/user").await.body, "null");
        assert_eq!(
            browser.get("/auth/profile").await.status,
            StatusCode::UNAUTHORIZED
        );
        browser.log_in(&env.provider, "alice").await;
        let response = browser.post("/auth/logout", "").await;
        assert!(response.location().starts_with(&env.provider.url("/")));
    }
}

#[tokio::test]
async fn a_protected_page_in_a_nested_router_returns_to_its_full_path() {
    let env = TestEnv::new().await;
    let inner = env.auth0.wrap(env.app.router());
    let twice = Router::new().nest("/y", inner.clone());
    let router = env.router.clone().nest("/x", inner).nest("/shop", twice);
    let mut browser = env.browser().with_router(&router);
    for (path, login) in [
        (
            "/x/products?page=2",
            "/auth/login?returnTo=%2Fx%2Fproducts%3Fpage%3D2",
        ),
        (
            "/shop/y/products",
            "/auth/login?returnTo=%2Fshop%2Fy%2Fproducts",
        ),
    ] {
        assert_eq!(browser.get(path).await.location(), login, "{path}");
    }
    // The redirect to the canonical host keeps the prefix, too.
    let headers = &[("host", "127.0.0.1:3000")];
    let response = send(
        &mut browser,
        Method::GET,
        "/x/products?page=2",
        &[FORM, headers],
    )
    .await;
    assert_eq!(response.location(), format!("{SITE}/x/products?page=2"));
}

/// A browser applies `form-action` to the redirects that answer a form (CSP Level 3 §6.4.1).
#[tokio::test]
async fn the_policy_of_logout_forms_allows_the_provider() {
    let env = TestEnv::new().await;
    let other = "https://logout.provider.example";
    env.provider
        .modify(test_support::Part::Metadata, move |metadata| {
            metadata["end_session_endpoint"] = format!("{other}/oidc/logout").into();
        });
    let mut browser = env.browser();
    // The metadata was not fetched before.
    let elsewhere = &[("sec-fetch-site", "cross-site")];
    let question = send(
        &mut browser,
        Method::GET,
        "/auth/logout",
        &[FORM, elsewhere],
    )
    .await;
    let mut browser = env.logged_in("alice").await;
    env.store.set_unavailable(true);
    let failed = browser.post("/auth/logout", "").await;
    for page in [question, failed] {
        assert!(page.body.contains("<form method=\"post\""), "{}", page.body);
        let policy = page.header("content-security-policy").unwrap();
        let (_, rest) = policy.split_once("form-action ").unwrap();
        let (sources, _) = rest.split_once(';').unwrap();
        assert_eq!(sources, env.auth0.form_action(), "{policy}");
        let origin = env.provider.url("/");
        for source in ["'self'", other, origin.trim_end_matches('/')] {
            assert!(sources.split(' ').any(|given| given == source), "{sources}");
        }
    }
}
