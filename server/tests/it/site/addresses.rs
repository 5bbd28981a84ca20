//! Unknown paths, and requests with another host.

use crate::{browser::ALICE, test_env::TestEnv};

#[tokio::test]
async fn an_address_without_a_page_is_a_404_in_the_right_manner() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    for signed_in in [false, true] {
        if signed_in {
            alice.log_in(ALICE).await.assert_status(200);
        }
        for path in [
            "/nothing-here",
            "/products.html",
            "/%ff",
            "/a/b/c",
            "/.env",
            "/pkg/../secret.txt",
        ] {
            let page = alice.visit(path).await.assert_status(404);
            assert_eq!(page.html().heading(), "Page not found", "{path}");
        }
        for path in ["/api/nothing", "/api/products/x", "/api/a/b/c"] {
            assert_eq!(
                alice.get_json(path).await.assert_status(404).error_code(),
                "not_found",
                "{path}"
            );
        }
        for path in ["/auth/nothing", "/auth"] {
            alice.visit(path).await.assert_status(404);
        }
    }
}

#[tokio::test]
async fn with_another_host_a_page_is_redirected_and_other_requests_are_rejected() {
    let env = TestEnv::start().await;
    let port = env.base_url.port().unwrap();
    let own = format!("http://localhost:{port}");
    for name in [
        format!("127.0.0.1:{port}"),
        "evil.example".to_owned(),
        "localhost".to_owned(),
        format!("localhost:{port}.evil.example"),
    ] {
        let ask = async |line: &str, more: &str| {
            env.send_raw(&format!("{line} HTTP/1.1\r\nHost: {name}\r\n{more}"))
                .await
        };
        let moved = ask("GET /products?a=b", "Accept: text/html").await;
        assert!(moved.starts_with("HTTP/1.1 307 "), "{moved}");
        assert!(
            moved.contains(&format!("\r\nlocation: {own}/products?a=b\r\n")),
            "{moved}"
        );
        let twice = ask("GET //evil.example/x", "Accept: text/html").await;
        assert!(
            twice.contains(&format!("\r\nlocation: {own}/evil.example/x\r\n")),
            "{twice}"
        );
        for (line, more) in [
            ("GET /api/products", "Accept: application/json"),
            (
                "POST /api/products",
                "Accept: application/json\r\nContent-Length: 0",
            ),
            (
                "POST /auth/logout",
                "Accept: text/html\r\nContent-Length: 0",
            ),
        ] {
            let refused = ask(line, more).await;
            assert!(refused.starts_with("HTTP/1.1 421 "), "{line}: {refused}");
        }
    }
    // Forwarded host headers are ignored.
    let spoofed = env
        .send_raw(&format!("GET /auth/login HTTP/1.1\r\nHost: {}\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example", env.host()))
        .await;
    assert!(
        spoofed.contains(&format!(
            "redirect_uri=http%3A%2F%2Flocalhost%3A{port}%2Fauth%2Fcallback"
        )),
        "{spoofed}"
    );
    assert!(!spoofed.contains("evil.example"), "{spoofed}");
}
