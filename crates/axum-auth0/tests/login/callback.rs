//! The callback route: valid, forged and repeated callbacks.

use futures::future::join_all;
use http::StatusCode;
use test_support::{AuthorizationResponse, Endpoint};

use crate::app::TestEnv;

#[tokio::test]
async fn a_login_returns_to_its_page_and_consumes_its_transaction() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(response.location(), "/products?page=2");
    // The code does not leak through `Referer`.
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(browser.pending_logins(), 0);
    assert!(browser.has_session());
    assert_eq!(env.store.login().await.subject, "auth0|alice");
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1);
    assert_eq!(env.provider.request_count(Endpoint::Userinfo), 0);
    assert_eq!(
        browser.get("/products").await.body,
        "the products of auth0|alice"
    );
}

/// Login CSRF: the attacker's code and state in the victim's browser.
#[tokio::test]
async fn a_callback_without_its_transaction_creates_no_session() {
    let env = TestEnv::new().await;
    let mut attacker = env.browser();
    let returned = attacker
        .authorize_without_callback(&env.provider, "mallory")
        .await;
    let mut victim = env.browser();
    let response = victim.get(&returned.path()).await;

    // The state is ours and fresh: the login restarts, once, and the code is not used.
    assert!(
        response
            .location()
            .starts_with(&env.provider.url("/authorize?"))
    );
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    assert!(!victim.has_session());
    let again = env.provider.authorize(response.location(), "victim");
    assert_ne!(again.get("state"), returned.get("state"));
    victim.jar.clear();
    let response = victim.get(&again.path()).await;
    env.assert_login_failed(&mut victim, &response, 400, "without cookies twice")
        .await;

    // The state expires.
    env.clock.advance(601);
    let response = victim.get(&returned.path()).await;
    env.assert_login_failed(&mut victim, &response, 400, "with an old state")
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

/// OpenID conformance suite: fapi2-…-ensure-authorization-response-with-invalid-state-fails, -missing-state-fails.
#[tokio::test]
async fn a_forged_state_is_rejected_and_consumes_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let real = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let state = real.get("state").to_owned();
    let cut = &state[..state.len() - 1];
    let flipped: String = state.chars().rev().collect();
    for (case, forged) in [
        ("wrong", real.clone().with("state", "forged")),
        ("cut", real.clone().with("state", cut)),
        ("changed", real.clone().with("state", &flipped)),
        ("longer", real.clone().with("state", &format!("{state}A"))),
        ("padded", real.clone().with("state", &format!("{state}="))),
        ("missing", real.clone().without("state")),
        ("empty", real.clone().with("state", "")),
        ("twice", real.clone().and("state", &state)),
        ("two", real.clone().and("state", "other")),
        (
            "array",
            real.clone().without("state").and("state[]", &state),
        ),
        ("huge", real.clone().with("state", &"A".repeat(60_000))),
        ("control", real.clone().with("state", "a\r\nb\0")),
        ("no code", real.clone().without("code")),
        ("empty code", real.clone().with("code", "")),
        ("code twice", real.clone().and("code", "other")),
        ("iss twice", real.clone().and("iss", "a").and("iss", "b")),
        (
            "error twice",
            real.clone().and("error", "a").and("error", "b"),
        ),
        ("nothing", AuthorizationResponse::new(&[])),
    ] {
        let response = browser.get(&forged.path()).await;
        env.assert_login_failed(&mut browser, &response, 400, case)
            .await;
        assert_eq!(
            browser.pending_logins(),
            1,
            "{case}: the real transaction is gone"
        );
    }
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    assert_eq!(
        browser.get(&real.path()).await.location(),
        "/products?page=2"
    );
}

#[tokio::test]
async fn a_query_that_is_not_utf8_is_rejected() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    for query in [
        "state=%ff%fe&code=%80",
        "%ff=1",
        "state=%",
        "&&&=&=",
        "state",
    ] {
        let response = browser.get(&format!("/auth/callback?{query}")).await;
        env.assert_login_failed(&mut browser, &response, 400, query)
            .await;
    }
    let response = browser.get("/auth/callback").await;
    env.assert_login_failed(&mut browser, &response, 400, "no query")
        .await;
}

#[tokio::test]
async fn a_replayed_callback_causes_no_second_code_exchange() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let before = browser.clone();
    browser.get(&returned.path()).await;
    let session = browser.session().cloned();

    // The same browser, back button: the session is kept.
    let mut again = browser.clone();
    again.jar.extend(before.jar.clone());
    let response = again.get(&returned.path()).await;
    assert_eq!(response.location(), "/products?page=2");
    assert_eq!(again.session(), session.as_ref());

    // Another browser with a copy of the transaction.
    let mut thief = before.clone();
    let response = thief.get(&returned.path()).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(!thief.has_session());
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1);
    assert_eq!(env.store.logins().await.len(), 1);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_concurrent_callbacks_cause_one_code_exchange() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let path = returned.path();
    let calls = (0..20).map(|_| {
        let (mut tab, path) = (browser.clone(), path.clone());
        tokio::spawn(async move { (tab.get(&path).await, tab) })
    });
    let mut sessions = 0;
    for call in join_all(calls).await {
        let (response, mut tab) = call.unwrap();
        if tab.has_session() {
            sessions += 1;
            assert_eq!(response.location(), "/products?page=2");
            assert_eq!(tab.whoami().await, "auth0|alice");
        } else {
            assert_eq!(response.status, StatusCode::BAD_REQUEST);
        }
    }
    assert_eq!(sessions, 1);
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1);
    assert_eq!(env.store.logins().await.len(), 1);
}

#[tokio::test]
async fn a_bookmarked_callback_neither_loops_nor_logs_out() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    browser.get(&returned.path()).await;
    env.clock.advance(3600);
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.whoami().await, "auth0|alice");
    // The user cancels at the provider, and can try again.
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let cancelled = returned.without("code").with("error", "access_denied");
    let response = browser.get(&cancelled.path()).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.whoami().await, "auth0|alice");
}
