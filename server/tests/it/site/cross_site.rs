//! Cross-site requests change nothing.

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, RequestBuilder, header};

use super::{
    forms::{TEAPOT, products_of},
    server_functions::{FIELDS, is_signed_in},
};
use crate::{
    browser::{ALICE, Browser},
    test_env::TestEnv,
};

const LOGOUT_PATH: &str = "/auth/logout";

/// Headers of cross-site requests in current and old browsers.
fn foreign(request: &impl Fn() -> RequestBuilder) -> Vec<RequestBuilder> {
    let with = |site: Option<&str>, origin: Option<&str>| {
        let mut request = request();
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request
    };
    vec![
        with(Some("cross-site"), Some("https://evil.example")),
        with(Some("cross-site"), None),
        with(Some("same-site"), Some("http://evil.localhost")),
        with(None, Some("https://evil.example")),
        with(None, Some("null")),
        with(Some("none"), None),
        with(None, None),
        // The headers contradict each other.
        with(Some("same-origin"), Some("https://evil.example")),
        with(None, Some("http://localhost")),
        with(None, Some("http://localhost:1")),
        with(None, Some("https://evil.example"))
            .header("x-csrf", "1")
            .header("x-requested-with", "XMLHttpRequest"),
    ]
}

#[tokio::test]
async fn a_cross_site_post_changes_nothing() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let before = products_of(&alice).await;
    let id = before[0]["id"].as_str().unwrap();
    let mut fields = FIELDS.to_vec();
    fields[0] = ("id", id);

    let functions = server_fn_paths().map(|(path, _)| path);
    let paths: Vec<_> = functions
        .chain([LOGOUT_PATH, "/auth/callback", "/products"])
        .collect();
    assert!(paths.len() >= 7, "{paths:?}");
    for path in paths {
        for accept in ["text/html", "application/json"] {
            let post = || {
                alice
                    .request(Method::POST, path)
                    .header(header::ACCEPT, accept)
                    .form(&fields)
            };
            for request in foreign(&post) {
                let refused = alice.send(request).await.assert_status(403);
                if accept == "text/html" {
                    let heading = refused.html().heading();
                    let headings = [
                        "This request came from another site",
                        "This request does not say where it comes from",
                    ];
                    assert!(headings.contains(&heading.as_str()), "{path}: {heading}");
                } else {
                    assert_eq!(refused.error_code(), "cross_site", "{path}");
                }
            }
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let request = alice
                .request(method, path)
                .header(header::ORIGIN, "https://evil.example");
            alice.send(request).await.assert_status(403);
        }
    }
    assert!(is_signed_in(&alice).await);
    assert_eq!(products_of(&alice).await, before);
}

#[tokio::test]
async fn cross_site_requests_cannot_read_the_api() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let asked = env.products_requests.entries().len();
    for site in ["cross-site", "same-site"] {
        let request = alice
            .request(Method::GET, "/api/products")
            .header("sec-fetch-site", site);
        assert_eq!(
            alice.send(request).await.assert_status(403).error_code(),
            "cross_site"
        );
    }
    assert_eq!(env.products_requests.entries().len(), asked);
}

#[tokio::test]
async fn reads_never_redirect_and_are_same_origin_only_on_every_prefix() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let reads: Vec<_> = server_fn_paths()
        .filter(|(_, method)| *method == Method::GET)
        .map(|(path, _)| path)
        .collect();
    assert!(reads.contains(&"/auth/user") && reads.contains(&"/api/products"));
    for path in reads {
        let read = || {
            alice
                .request(Method::GET, path)
                .header(header::ACCEPT, "text/html")
                .header("sec-fetch-mode", "navigate")
        };
        for referer in ["https://evil.example/x", env.base_url.as_str()] {
            let response = alice.send(read().header(header::REFERER, referer)).await;
            assert_eq!(response.header("location"), "", "{path} {referer}");
            assert!(!response.status.is_redirection(), "{path} {referer}");
        }
        for site in ["cross-site", "same-site"] {
            let request = read().header("sec-fetch-site", site);
            alice.send(request).await.assert_status(403);
            let request = alice
                .request(Method::GET, path)
                .header(header::UPGRADE, "websocket")
                .header(header::CONNECTION, "upgrade")
                .header("sec-fetch-site", site);
            alice.send(request).await.assert_status(403);
        }
    }
}

#[tokio::test]
async fn no_response_is_readable_by_another_site() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for path in [
        "/",
        "/products",
        "/api/products",
        "/auth/profile",
        "/auth/user",
        "/auth/login",
        "/healthz",
        "/pkg/leptos-auth0.js",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let request = alice
                .request(method.clone(), path)
                .header(header::ORIGIN, "https://evil.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type");
            let response = alice.send(request).await;
            let allowed = response
                .headers
                .keys()
                .find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(allowed, None, "{method} {path}");
            assert_eq!(
                response.header("cross-origin-resource-policy"),
                "same-origin",
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_foreign_referer_never_becomes_a_redirect() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let origin = alice.origin();
    for referer in [
        "https://evil.example/steal?x=y",
        "https://evil.example//evil.example/x",
        "https://evil.example",
        "//evil.example/",
        "javascript:alert(1)",
        "https://evil.example/\\evil.example",
    ] {
        for fields in [TEAPOT, FIELDS, &[("name", "")]] {
            for path in [
                "/api/products",
                "/api/products/rename",
                "/api/products/delete",
            ] {
                let response = alice
                    .send(
                        plain_form(&alice, path)
                            .header(header::REFERER, referer)
                            .form(&fields),
                    )
                    .await;
                assert!(response.status.is_redirection(), "{}", response.status);
                assert_eq!(
                    response.redirect_target().origin().ascii_serialization(),
                    origin,
                    "{referer} {}",
                    response.location()
                );
                assert!(
                    response.location().starts_with('/') && !response.location().starts_with("//"),
                    "{}",
                    response.location()
                );
                assert!(
                    !response.location().contains("__err"),
                    "{}",
                    response.location()
                );
            }
        }
        // A read that is opened as a page does not redirect there either.
        let read = alice
            .request(Method::GET, "/api/products")
            .header(header::ACCEPT, "text/html");
        let response = alice
            .send(read.header(header::REFERER, referer))
            .await
            .assert_status(200);
        assert_eq!(response.header("location"), "");
    }
}

/// Returns the request of a form of the site, as a browser without JavaScript sends it.
fn plain_form(browser: &Browser, path: &str) -> RequestBuilder {
    browser
        .request(Method::POST, path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::ORIGIN, browser.origin())
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate")
}

#[tokio::test]
async fn a_cross_site_link_opens_pages_but_does_not_log_out() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let mut elsewhere = page.clone();
    elsewhere.url = "https://evil.example/".parse().unwrap();

    let link = |path: &str| env.base_url.join(path).unwrap();
    alice
        .click(&elsewhere, link("/products").as_str())
        .await
        .assert_status(200);
    let asked = alice
        .click(&elsewhere, link("/auth/logout").as_str())
        .await
        .assert_status(200);
    assert_eq!(asked.html().heading(), "Do you want to log out?");
    for (mode, dest) in [
        ("no-cors", "image"),
        ("navigate", "iframe"),
        ("cors", "empty"),
    ] {
        for site in ["cross-site", "same-site", "same-origin"] {
            let request = alice
                .request(Method::GET, LOGOUT_PATH)
                .header("sec-fetch-site", site)
                .header("sec-fetch-mode", mode)
                .header("sec-fetch-dest", dest);
            alice.send(request).await.assert_status(200);
        }
    }
    assert!(is_signed_in(&alice).await);

    // The same-origin confirmation logs out.
    let response = alice
        .submit(&asked, asked.html().form(LOGOUT_PATH), &[])
        .await
        .assert_status(303);
    alice.follow_redirects(response).await.assert_status(200);
    assert!(!is_signed_in(&alice).await);
}
