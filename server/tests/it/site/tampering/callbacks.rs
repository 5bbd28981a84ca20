//! Forged, repeated and late callbacks.

use super::{token_requests, up_to_the_callback};
use crate::test_env::TestEnv;

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
