//! Routes of data.

use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use http::{HeaderMap, Method, StatusCode, header};
use test_support::SITE;

use super::{FORM, send};
use crate::app::TestEnv;

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
