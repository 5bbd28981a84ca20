//! Forged and malformed cookies.

use super::super::server_functions::is_signed_in;
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::TestEnv,
};

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
