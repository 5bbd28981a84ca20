//! CSRF protection and the canonical host.

use std::sync::atomic::Ordering;

use axum::body::Body;
use http::{Method, StatusCode, header};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::SITE;

/// The session cookie is sent despite `SameSite`.
#[tokio::test]
async fn a_state_change_from_another_site_is_rejected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for (site, origin) in [
        (Some("cross-site"), Some("https://evil.example")),
        (Some("same-site"), Some("http://a.localhost:3000")),
        (None, Some("https://evil.example")),
        (None, Some("null")),
        (None, Some("http://localhost")),
        (None, Some("http://localhost:30000")),
        (None, Some("https://localhost:3000")),
        (None, Some("http://localhost:3000.evil.example")),
        (Some("same-origin"), Some("https://evil.example")),
        (Some("cross-site"), Some(SITE)),
        (Some("none"), None),
        (Some(""), None),
        (None, None),
    ] {
        for media_type in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
        ] {
            for path in ["/api/change", "/auth/logout", "/products"] {
                for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                    let case = format!("{method} {path} {site:?} {origin:?} {media_type}");
                    let mut request = browser
                        .request(method, path)
                        .header(header::CONTENT_TYPE, media_type)
                        // Headers that other frameworks accept as proof.
                        .header("x-csrf", "1")
                        .header("x-requested-with", "XMLHttpRequest");
                    if let Some(site) = site {
                        request = request.header("sec-fetch-site", site);
                    }
                    if let Some(origin) = origin {
                        request = request.header(header::ORIGIN, origin);
                    }
                    let response = browser.send(request.body(Body::from("a=b")).unwrap()).await;
                    assert_eq!(response.status, StatusCode::FORBIDDEN, "{case}");
                    assert_eq!(
                        response.header("access-control-allow-origin"),
                        None,
                        "{case}"
                    );
                    let body = response.json();
                    assert_eq!(body["error"], "cross_site", "{case}");
                    let names_its_origin = site.is_some() || origin.is_some();
                    let text = body["error_description"].as_str().unwrap();
                    let accuses = text.contains("came from another site");
                    assert_eq!(accuses, names_its_origin, "{case}: {text}");
                }
            }
        }
    }
    assert_eq!(env.app.changes.load(Ordering::SeqCst), 0);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_state_change_from_this_site_is_accepted() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.post("/api/change", "a=b").await.body, "changed");
    assert_eq!(browser.post("/products", "a=b").await.body, "changed");
    assert_eq!(env.app.changes.load(Ordering::SeqCst), 2);
}

/// Pages can be linked from other sites; server functions refuse every cross-site request.
#[tokio::test]
async fn server_functions_reject_reads_from_another_site() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for (path, site, status) in [
        ("/api/list", Some("cross-site"), 403),
        ("/api/list", Some("same-site"), 403),
        ("/api/list", Some("same-origin"), 200),
        ("/api/list", Some("none"), 200),
        ("/api/list", None, 200),
        ("/products", Some("cross-site"), 200),
    ] {
        let mut request = browser.request(Method::GET, path);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status.as_u16(), status, "{path} {site:?}");
    }
}

#[tokio::test]
async fn a_cors_preflight_allows_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for path in [
        "/api/change",
        "/auth/logout",
        "/auth/profile",
        "/auth/login",
        "/products",
    ] {
        let request = browser
            .request(Method::OPTIONS, path)
            .header(header::ORIGIN, "https://evil.example")
            .header("access-control-request-method", "POST");
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        for name in [
            "access-control-allow-origin",
            "access-control-allow-credentials",
        ] {
            assert_eq!(response.header(name), None, "{path}");
        }
    }
}

/// `X-Forwarded-Host` and the like are ignored.
#[tokio::test]
async fn forwarded_headers_are_ignored() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let request = browser
        .navigation("/auth/login")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-prefix", "/evil")
        .header("forwarded", "host=evil.example;proto=https");
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        response.redirect_parameter("redirect_uri"),
        Some(format!("{SITE}/auth/callback"))
    );
    assert!(!response.location().contains("evil"));
}

#[tokio::test]
async fn requests_under_another_host_are_redirected_or_rejected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for host in [
        "127.0.0.1:3000",
        "localhost:3001",
        "localhost",
        "evil.example",
        "",
        "localhost:3000:1",
    ] {
        let mut request = browser.navigation("/products?page=2");
        request
            .headers_mut()
            .unwrap()
            .insert(header::HOST, host.parse().unwrap());
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, StatusCode::TEMPORARY_REDIRECT, "{host}");
        assert_eq!(
            response.location(),
            format!("{SITE}/products?page=2"),
            "{host}"
        );
        assert!(response.set_cookies().is_empty());

        for (method, path) in [
            (Method::POST, "/api/change"),
            (Method::GET, "/api/list"),
            (Method::POST, "/auth/logout"),
        ] {
            let mut request = browser.request(method, path).header(header::ORIGIN, SITE);
            request
                .headers_mut()
                .unwrap()
                .insert(header::HOST, host.parse().unwrap());
            let response = browser.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(
                response.status,
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {path}"
            );
        }
    }
    // A path that looks like another site stays a path.
    let mut request = browser.navigation("//evil.example/x");
    request
        .headers_mut()
        .unwrap()
        .insert(header::HOST, "127.0.0.1:3000".parse().unwrap());
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.location(), format!("{SITE}/evil.example/x"));
    // Host names are case-insensitive.
    let mut request = browser.navigation("/whoami");
    request
        .headers_mut()
        .unwrap()
        .insert(header::HOST, "LOCALHOST:3000".parse().unwrap());
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.body, "auth0|alice");
    assert_eq!(env.app.changes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_default_port_is_optional() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "https://site.example:443")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.start_login("/").await;
    assert_eq!(
        response.redirect_parameter("redirect_uri").as_deref(),
        Some("https://site.example/auth/callback")
    );
}

#[tokio::test]
async fn the_profile_is_401_204_or_the_claims() {
    let env = TestEnv::new().await;
    let response = env.browser().get("/auth/profile").await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.json()["error"], "sign_in_required");
    let mut browser = env.logged_in("alice").await;
    assert_eq!(
        browser.get("/auth/profile").await.json()["sub"],
        "auth0|alice"
    );

    let env = TestEnvBuilder::new()
        .set("AUTH0_NO_CONTENT_PROFILE_RESPONSE", "true")
        .build()
        .await;
    let response = env.browser().get("/auth/profile").await;
    assert_eq!(
        (response.status, response.body.as_str()),
        (StatusCode::NO_CONTENT, "")
    );
}
