//! What other sites can make her browser do: nothing.

use axum_auth0::LOGOUT_PATH;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, RequestBuilder, header};

use super::{
    forms::{TEAPOT, products_of},
    server_functions::{FIELDS, is_signed_in},
};
use crate::{
    browser::{ALICE, Person},
    test_env::World,
};

/// How a request of another site looks in browsers of all ages.
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
        // One of the two lies.
        with(Some("same-origin"), Some("https://evil.example")),
        with(None, Some("http://localhost")),
        with(None, Some("http://localhost:1")),
        with(None, Some("https://evil.example"))
            .header("x-csrf", "1")
            .header("x-requested-with", "XMLHttpRequest"),
    ]
}

#[tokio::test]
async fn a_post_of_another_site_changes_nothing() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
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
                let refused = alice.send(request).await.is(403);
                if accept == "text/html" {
                    let heading = refused.html().heading();
                    assert_eq!(heading, "This request came from another site", "{path}");
                } else {
                    assert_eq!(refused.code(), "cross_site", "{path}");
                }
            }
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let request = alice
                .request(method, path)
                .header(header::ORIGIN, "https://evil.example");
            alice.send(request).await.is(403);
        }
    }
    assert!(is_signed_in(&alice).await);
    assert_eq!(products_of(&alice).await, before);
}

#[tokio::test]
async fn another_site_cannot_even_ask_the_api_to_read() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let asked = world.at_api.entries().len();
    for site in ["cross-site", "same-site"] {
        let request = alice
            .request(Method::GET, "/api/products")
            .header("sec-fetch-site", site);
        assert_eq!(alice.send(request).await.is(403).code(), "cross_site");
    }
    assert_eq!(world.at_api.entries().len(), asked);
}

#[tokio::test]
async fn a_read_goes_nowhere_and_comes_from_this_site_only_on_every_prefix() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
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
        for referer in ["https://evil.example/x", world.base_url.as_str()] {
            let answer = alice.send(read().header(header::REFERER, referer)).await;
            assert_eq!(answer.header("location"), "", "{path} {referer}");
            assert!(!answer.status.is_redirection(), "{path} {referer}");
        }
        for site in ["cross-site", "same-site"] {
            let request = read().header("sec-fetch-site", site);
            alice.send(request).await.is(403);
            let request = alice
                .request(Method::GET, path)
                .header(header::UPGRADE, "websocket")
                .header(header::CONNECTION, "upgrade")
                .header("sec-fetch-site", site);
            alice.send(request).await.is(403);
        }
    }
}

#[tokio::test]
async fn no_answer_lets_another_site_read_it() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
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
            let answer = alice.send(request).await;
            let allowed = answer
                .headers
                .keys()
                .find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(allowed, None, "{method} {path}");
            assert_eq!(
                answer.header("cross-origin-resource-policy"),
                "same-origin",
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_foreign_referer_never_leads_away() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
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
                let answer = alice
                    .send(
                        plain_form(&alice, path)
                            .header(header::REFERER, referer)
                            .form(&fields),
                    )
                    .await
                    .is(303);
                assert_eq!(
                    answer.target().origin().ascii_serialization(),
                    origin,
                    "{referer} {}",
                    answer.location()
                );
                assert!(
                    answer.location().starts_with('/') && !answer.location().starts_with("//"),
                    "{}",
                    answer.location()
                );
                assert!(
                    !answer.location().contains("__err"),
                    "{}",
                    answer.location()
                );
            }
        }
        // A read that is opened as a page does not go back there either.
        let read = alice
            .request(Method::GET, "/api/products")
            .header(header::ACCEPT, "text/html");
        let answer = alice
            .send(read.header(header::REFERER, referer))
            .await
            .is(200);
        assert_eq!(answer.header("location"), "");
    }
}

/// A form of the site, as a browser without JavaScript sends it.
fn plain_form(person: &Person, path: &str) -> RequestBuilder {
    person
        .request(Method::POST, path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::ORIGIN, person.origin())
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate")
}

#[tokio::test]
async fn a_link_on_another_site_opens_her_pages_but_logs_nobody_out() {
    let world = World::start().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let mut elsewhere = page.clone();
    elsewhere.url = "https://evil.example/".parse().unwrap();

    let link = |path: &str| world.base_url.join(path).unwrap();
    alice
        .click(&elsewhere, link("/products").as_str())
        .await
        .is(200);
    let asked = alice
        .click(&elsewhere, link("/auth/logout").as_str())
        .await
        .is(200);
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
            alice.send(request).await.is(200);
        }
    }
    assert!(is_signed_in(&alice).await);

    // She does want to.
    let answer = alice
        .submit(&asked, asked.html().form(LOGOUT_PATH), &[])
        .await
        .is(303);
    alice.arrive(answer).await.is(200);
    assert!(!is_signed_in(&alice).await);
}
