//! One response of each kind.

use reqwest::{Method, header};

use crate::{
    browser::{ALICE, PASSWORD, Response},
    test_env::TestEnv,
};

/// Its kind, and the response.
pub(super) type Kind = (&'static str, Response);

/// Returns one response of each kind.
pub(super) async fn every_kind(env: &TestEnv) -> Vec<Kind> {
    let mut kinds = to_nobody(env).await;
    kinds.extend(refusals(env).await);
    kinds.extend(to_alice(env).await);
    kinds
}

async fn to_nobody(env: &TestEnv) -> Vec<Kind> {
    let anonymous = env.browser();
    let page = async |path: &str, status: u16| anonymous.visit(path).await.assert_status(status);
    vec![
        ("a page", page("/", 200).await),
        ("a redirect to the login", page("/products", 303).await),
        ("a redirect to the tenant", page("/auth/login", 303).await),
        (
            "a page of the engine",
            page("/auth/callback?code=a&state=b", 400).await,
        ),
        ("a page that is not found", page("/nothing", 404).await),
        (
            "nobody",
            anonymous.get_json("/auth/user").await.assert_status(200),
        ),
        ("health", page("/healthz", 200).await),
        ("readiness", page("/readyz", 200).await),
        ("a built file", page("/pkg/leptos-auth0.js", 200).await),
        (
            "a built file that is not there",
            page("/pkg/nothing.js", 404).await,
        ),
        ("a file", page("/favicon.svg", 200).await),
    ]
}

async fn refusals(env: &TestEnv) -> Vec<Kind> {
    let anonymous = env.browser();
    let get = async |path: &str, status: u16| anonymous.get_json(path).await.assert_status(status);
    let with = |method: Method, path: &str, name, value: &str| {
        anonymous.request(method, path).header(name, value)
    };
    let foreign = with(
        Method::POST,
        "/api/products",
        header::ORIGIN,
        "https://evil.example",
    );
    let misdirected = with(Method::GET, "/api/products", header::HOST, "evil.example");
    let elsewhere =
        with(Method::GET, "/", header::HOST, "evil.example").header(header::ACCEPT, "text/html");
    let huge = "n".repeat(70_000);
    let huge = [("name", huge.as_str())];
    let too_large = anonymous.call(Method::POST, "/api/products", &huge);
    let no_method = anonymous.call(Method::PUT, "/auth/profile", &[]);
    vec![
        (
            "a function that is not found",
            get("/api/nothing", 404).await,
        ),
        ("a refused function", get("/api/products", 401).await),
        ("a refused profile", get("/auth/profile", 401).await),
        (
            "a refusal of another site",
            anonymous.send(foreign).await.assert_status(403),
        ),
        (
            "another name",
            anonymous.send(misdirected).await.assert_status(421),
        ),
        (
            "a page under another name",
            anonymous.send(elsewhere).await.assert_status(307),
        ),
        (
            "a method that is not there",
            no_method.await.assert_status(405),
        ),
        ("too large a form", too_large.await.assert_status(413)),
    ]
}

async fn to_alice(env: &TestEnv) -> Vec<Kind> {
    let alice = env.browser();
    let login = alice.open("/products").await;
    let typed = [("username", ALICE), ("password", PASSWORD)];
    let back = alice
        .submit(&login, login.html().form("/u/login"), &typed)
        .await;
    let callback = alice.follow(&back).await.assert_status(303);

    let page = alice.visit("/products").await.assert_status(200);
    let mistaken = alice
        .submit(&page, page.html().form("/api/products"), &[])
        .await
        .assert_status(303);
    let home = alice.visit("/").await.assert_status(200);
    let asked = alice
        .request(Method::GET, "/auth/logout")
        .header("sec-fetch-site", "cross-site");
    vec![
        ("a callback", callback),
        ("her products", page),
        (
            "her profile",
            alice.visit("/profile").await.assert_status(200),
        ),
        ("her start page", home.clone()),
        (
            "her list",
            alice.get_json("/api/products").await.assert_status(200),
        ),
        (
            "her claims",
            alice.get_json("/auth/profile").await.assert_status(200),
        ),
        ("her", alice.get_json("/auth/user").await.assert_status(200)),
        ("a form with mistakes", mistaken),
        (
            "a failed call",
            alice
                .call(Method::POST, "/api/products", &[])
                .await
                .assert_status(400),
        ),
        ("the question", alice.send(asked).await.assert_status(200)),
        (
            "a logout",
            alice
                .submit(&home, home.html().form("/auth/logout"), &[])
                .await
                .assert_status(303),
        ),
    ]
}
