//! Forged cookies and callbacks.

use reqwest::Method;

use super::server_functions::is_signed_in;
use crate::{
    browser::{ALICE, Browser, PASSWORD, Response},
    test_env::TestEnv,
};

/// Logs in up to the redirect to the callback.
async fn up_to_the_callback(browser: &Browser) -> Response {
    let login = browser.open("/products").await.assert_status(200);
    let typed = [("username", ALICE), ("password", PASSWORD)];
    let response = browser
        .submit(&login, login.html().form("/u/login"), &typed)
        .await;
    assert_eq!(response.redirect_target().path(), "/auth/callback");
    response
}

fn token_requests(env: &TestEnv) -> usize {
    env.tenant_requests
        .matching(&Method::POST, "/oauth/token")
        .len()
}

#[tokio::test]
async fn an_unknown_cookie_is_anonymous() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let good = alice.cookie("session").unwrap();
    let mut forged: Vec<String> = (0..good.len())
        .map(|at| {
            let mut letters: Vec<char> = good.chars().collect();
            letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
            letters.into_iter().collect()
        })
        .collect();
    forged.extend(
        [
            "",
            "0",
            "null",
            "%00",
            "../../etc/passwd",
            "' OR 1=1 --",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "-1",
        ]
        .map(str::to_owned),
    );
    forged.extend([
        format!("{good}A"),
        good[1..].to_owned(),
        good.to_ascii_lowercase(),
        "x".repeat(4_097),
    ]);
    let mallory = env.browser();
    for cookie in forged.iter().filter(|cookie| **cookie != good) {
        mallory.set_cookie("session", cookie);
        assert!(!is_signed_in(&mallory).await, "{cookie}");
        assert_eq!(
            mallory
                .visit("/products")
                .await
                .assert_status(303)
                .location(),
            "/auth/login?returnTo=%2Fproducts"
        );
    }
    mallory.set_cookie("session", "garbage");
    mallory.open("/").await.assert_status(200);
    mallory.get_json("/api/products").await.assert_status(401);
    // A login works despite the invalid cookie.
    mallory.log_in(ALICE).await.assert_status(200);
    assert!(is_signed_in(&alice).await);
}

#[tokio::test]
async fn malformed_cookie_headers_are_anonymous() {
    let env = TestEnv::start().await;
    let host = env.host();
    for cookie in [
        "session",
        "=;=;=",
        ";;;;",
        "session=\u{fc}\u{e9}",
        "session=\"",
        "a=b, session=c",
        "session=a; session=b",
    ] {
        let response = env
            .send_raw(&format!(
                "GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nCookie: {cookie}"
            ))
            .await;
        assert!(
            response.starts_with("HTTP/1.1 200 "),
            "{cookie}: {response}"
        );
        assert!(!response.contains("Log out"), "{cookie}");
    }
    let many = "a=b; ".repeat(2_000);
    let response = env
        .send_raw(&format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {many}c=d"
        ))
        .await;
    assert!(
        response.starts_with("HTTP/1.1 200 ") || response.starts_with("HTTP/1.1 431 "),
        "{response}"
    );
}

#[tokio::test]
async fn a_login_always_creates_a_new_session() {
    let env = TestEnv::start().await;
    let (mallory, alice) = (env.browser(), env.browser());
    mallory.log_in(ALICE).await.assert_status(200);
    let planted = mallory.cookie("session").unwrap();
    alice.set_cookie("session", &planted);
    let login = alice
        .open("/auth/login?prompt=login&returnTo=%2Fproducts")
        .await
        .assert_status(200);
    alice
        .submit_login(&login, "bob@example.com", PASSWORD)
        .await
        .assert_status(200);
    assert_ne!(alice.cookie("session").unwrap(), planted);
    // The planted session is invalid and never becomes Bob's.
    assert!(!is_signed_in(&mallory).await);
}

#[tokio::test]
async fn a_forged_callback_gets_a_page_and_sends_no_token_request() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    for query in [
        "code=abc&state=def",
        "code=abc",
        "state=def",
        "",
        "error=access_denied&state=x",
        "code=a&code=b&state=c",
        "code=a&state=b&state=c",
        "code=%00&state=%ff",
        "code=<script>alert(1)</script>&state=<script>alert(1)</script>&error_description=<script>",
    ] {
        let page = alice
            .visit(&format!("/auth/callback?{query}"))
            .await
            .assert_status(400);
        assert!(!page.body.contains("<script>"), "{query}");
        assert!(
            page.html()
                .all("a")
                .iter()
                .any(|link| link.get("href") == "/auth/login"),
            "{query}"
        );
        assert_eq!(alice.cookie("session"), None, "{query}");
    }
    assert_eq!(token_requests(&env), 0);
}

#[tokio::test]
async fn a_callback_with_another_state_or_issuer_is_rejected() {
    let env = TestEnv::start().await;
    for (parameter, value) in [
        ("state", "x"),
        ("iss", "https://evil.example/"),
        ("error", "access_denied"),
    ] {
        let alice = env.browser();
        let mut callback = up_to_the_callback(&alice).await.redirect_target();
        let mut pairs: Vec<(String, String)> = callback.query_pairs().into_owned().collect();
        pairs.retain(|(name, _)| name != parameter);
        pairs.push((parameter.to_owned(), value.to_owned()));
        callback.query_pairs_mut().clear().extend_pairs(pairs);
        let page = alice.visit(callback.as_str()).await;
        assert!(
            page.status.is_client_error(),
            "{parameter}: {}",
            page.status
        );
        assert_eq!(alice.cookie("session"), None, "{parameter}");
    }
    assert_eq!(token_requests(&env), 0);
}

#[tokio::test]
async fn a_callback_works_once() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let callback = up_to_the_callback(&alice).await.redirect_target();
    let transaction = alice
        .responses()
        .iter()
        .rev()
        .flat_map(|response| {
            response
                .set_cookies()
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .find(|cookie| cookie.starts_with("txn_"))
        .unwrap();
    assert_eq!(
        alice
            .visit(callback.as_str())
            .await
            .assert_status(303)
            .location(),
        "/products"
    );
    assert_eq!(token_requests(&env), 1);

    // A reload: the transaction is gone and the code is consumed. The login restarts without a token request.
    let reloaded = alice.visit(callback.as_str()).await.assert_status(303);
    assert_eq!(reloaded.redirect_target().path(), "/authorize");
    // With a copy of the cookie.
    let (name, value) = transaction
        .split(';')
        .next()
        .unwrap()
        .split_once('=')
        .unwrap();
    alice.set_cookie(name, value);
    assert_eq!(
        alice
            .visit(callback.as_str())
            .await
            .assert_status(303)
            .location(),
        "/products"
    );
    let mallory = env.browser();
    mallory.set_cookie(name, value);
    let refused = mallory.visit(callback.as_str()).await.assert_status(400);
    assert_eq!(refused.html().heading(), "This login is already finished");
    assert_eq!(mallory.cookie("session"), None);
    assert_eq!(token_requests(&env), 1);
}

#[tokio::test]
async fn a_login_that_another_browser_started_does_not_complete() {
    let env = TestEnv::start().await;
    let (mallory, victim) = (env.browser(), env.browser());
    let callback = up_to_the_callback(&mallory).await.redirect_target();
    // She is redirected to her own login, and is not signed in.
    let response = victim.visit(callback.as_str()).await.assert_status(303);
    assert_eq!(response.redirect_target().path(), "/authorize");
    assert_eq!(
        victim
            .follow_redirects(response)
            .await
            .assert_status(200)
            .url
            .path(),
        "/u/login"
    );
    assert_eq!(victim.cookie("session"), None);
    assert_eq!(token_requests(&env), 0);
}

#[tokio::test]
async fn a_login_that_takes_longer_than_ten_minutes_restarts() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let callback = up_to_the_callback(&alice).await.redirect_target();
    env.advance(601);
    let page = alice
        .visit(callback.as_str())
        .await
        .assert_status(400)
        .html();
    assert_eq!(page.heading(), "This login took too long");
    assert!(
        page.all("a")
            .iter()
            .any(|link| link.get("href") == "/auth/login?returnTo=%2Fproducts")
    );
    assert_eq!(token_requests(&env), 0);
}

#[tokio::test]
async fn a_denied_consent_returns_to_an_error_page() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    // `prompt=none` without a session at the tenant fails.
    let page = alice
        .open("/auth/login?prompt=none&returnTo=%2Fproducts")
        .await
        .assert_status(401);
    assert_eq!(page.html().heading(), "Please log in");
    assert!(
        page.html()
            .all("a")
            .iter()
            .any(|link| link.get("href") == "/auth/login?returnTo=%2Fproducts")
    );
    assert_eq!(alice.cookie("session"), None);
}
