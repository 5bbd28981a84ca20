//! The built files: compression, caching, and no access to other files.

use reqwest::{Method, header};

use crate::test_env::TestEnv;

async fn get(env: &TestEnv, path: &str, encodings: &str) -> crate::browser::Response {
    let browser = env.browser();
    browser
        .send(
            browser
                .request(Method::GET, path)
                .header(header::ACCEPT_ENCODING, encodings),
        )
        .await
}

#[tokio::test]
async fn a_built_file_is_sent_with_the_best_accepted_encoding() {
    let env = TestEnv::start().await;
    for (file, accepted, encoding, body) in [
        (
            "leptos-auth0.js",
            "gzip, deflate, br",
            "br",
            "brotli of the script",
        ),
        (
            "leptos-auth0.js",
            "gzip, deflate",
            "gzip",
            "gzip of the script",
        ),
        ("leptos-auth0.js", "identity", "", "export default 1;"),
        ("leptos-auth0.css", "gzip, br", "br", "brotli of the styles"),
        ("leptos-auth0.css", "gzip", "", "body { margin: 0 }"),
    ] {
        let response = get(&env, &format!("/pkg/{file}"), accepted)
            .await
            .assert_status(200);
        assert_eq!(
            (response.header("content-encoding"), &*response.body),
            (encoding, body),
            "{file} {accepted}"
        );
        assert!(
            response
                .header("vary")
                .to_ascii_lowercase()
                .contains("accept-encoding"),
            "{file} {accepted}"
        );
    }
}

#[tokio::test]
async fn a_built_file_has_its_content_type() {
    let env = TestEnv::start().await;
    for (file, kind) in [
        ("leptos-auth0.js", "text/javascript"),
        ("leptos-auth0.css", "text/css"),
        ("leptos-auth0.wasm", "application/wasm"),
    ] {
        for encodings in ["br", "identity"] {
            let response = get(&env, &format!("/pkg/{file}"), encodings)
                .await
                .assert_status(200);
            assert!(
                response.header("content-type").starts_with(kind),
                "{file}: {}",
                response.header("content-type")
            );
        }
    }
}

#[tokio::test]
async fn files_with_hashed_names_are_immutable_and_others_are_revalidated() {
    for (hash_files, cached) in [
        (false, "no-cache"),
        (true, "public, max-age=31536000, immutable"),
    ] {
        let env = TestEnv::with(|builder| builder.hash_files = hash_files).await;
        for encodings in ["br", "identity"] {
            let response = get(&env, "/pkg/leptos-auth0.js", encodings)
                .await
                .assert_status(200);
            assert_eq!(response.header("cache-control"), cached);
        }
        let missing = get(&env, "/pkg/leptos-auth0.old.js", "br")
            .await
            .assert_status(404);
        assert_eq!(
            missing.header("cache-control"),
            "no-store",
            "what is missing may come"
        );
        assert_eq!(
            get(&env, "/favicon.svg", "br")
                .await
                .assert_status(200)
                .header("cache-control"),
            "public, max-age=3600"
        );
    }
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let first = get(&env, "/pkg/leptos-auth0.js", "br")
        .await
        .assert_status(200);
    let again = browser
        .request(Method::GET, "/pkg/leptos-auth0.js")
        .header(header::ACCEPT_ENCODING, "br")
        .header(header::IF_MODIFIED_SINCE, first.header("last-modified"));
    let response = browser.send(again).await.assert_status(304);
    assert_eq!(
        (&*response.body, response.header("cache-control")),
        ("", "no-cache")
    );
}

#[tokio::test]
async fn only_files_of_the_site_are_served() {
    let env = TestEnv::start().await;
    let host = env.host();
    for path in [
        "/.hidden",
        "/pkg/",
        "/pkg",
        "/pkg/..%2f.hidden",
        "/pkg/../.hidden",
        "/pkg/../../secret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/pkg/%2e%2e/%2e%2e/secret.txt",
        "/pkg//etc/passwd",
        "/pkg/..%5c..%5csecret.txt",
        "/pkg/leptos-auth0.js%00.css",
        "/secret.txt",
        "/site/pkg/leptos-auth0.js",
    ] {
        let response = env
            .send_raw(&format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*"
            ))
            .await;
        assert!(response.starts_with("HTTP/1.1 404 "), "{path}: {response}");
        assert!(
            !response.contains("not public") && !response.contains("root:"),
            "{path}"
        );
    }
    for method in ["POST", "PUT", "DELETE"] {
        let response = env
            .send_raw(&format!(
                "{method} /pkg/leptos-auth0.js HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0"
            ))
            .await;
        assert!(
            response.starts_with("HTTP/1.1 405 "),
            "{method}: {response}"
        );
    }
}
