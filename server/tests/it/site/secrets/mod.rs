//! No secret appears in a response or in the log, whatever happens to a session.

mod search;

use std::time::Duration;

use reqwest::Method;

use self::search::{collect_secrets, found, leaks};
use crate::site::forms::TEAPOT;
use crate::{
    browser::{ALICE, BOB, Browser, PASSWORD},
    test_env::TestEnv,
};

/// Runs everything that can happen to a session: logins, forms, refreshes, outages, logouts.
async fn run_scenario(env: &mut TestEnv, alice: &Browser, bob: &Browser) {
    let login = alice.open("/products").await.assert_status(200);
    let wrong = alice
        .submit_login(&login, ALICE, "a wrong password of hers")
        .await
        .assert_status(400);
    let page = alice
        .submit_login(&wrong, ALICE, PASSWORD)
        .await
        .assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    for path in [
        "/",
        "/profile",
        "/products",
        "/nothing",
        "/signed-out",
        "/auth/profile",
        "/auth/user",
        "/api/products",
        "/api/orders",
        "/api/nothing",
        "/tokens",
    ] {
        alice.visit(path).await;
        alice.get_json(path).await;
    }
    // Valid and invalid forms.
    let added = alice
        .submit(&page, page.html().form("/api/products"), TEAPOT)
        .await
        .assert_status(302);
    alice.follow_redirects(added).await.assert_status(200);
    let failed = alice
        .submit(&page, page.html().form("/api/products"), &[("name", "x")])
        .await
        .assert_status(303);
    alice.follow_redirects(failed).await;
    alice
        .call(Method::POST, "/api/products", &[("name", "x")])
        .await
        .assert_status(400);
    alice
        .call(Method::POST, "/api/products/delete", &[("id", "none")])
        .await
        .assert_status(404);
    // An order, and the forms of the Tokens page.
    let order = page.html().form("/api/orders");
    let ordered = alice.submit(&page, order, &[]).await.assert_status(302);
    alice.follow_redirects(ordered).await.assert_status(200);
    let tokens = alice.open("/tokens").await.assert_status(200);
    for api in ["PRODUCTS", "ORDERS"] {
        let form = tokens.html().form_with("/tokens/renew", "api", api);
        let renewed = alice.submit(&tokens, form, &[]).await.assert_status(303);
        alice.follow_redirects(renewed).await.assert_status(200);
    }
    // Concurrent refreshes.
    env.advance(10);
    let (hers, his) = tokio::join!(
        alice.get_json("/api/products"),
        bob.get_json("/api/products")
    );
    hers.assert_status(200);
    his.assert_status(200);
    // Replayed and forged callbacks.
    let callbacks: Vec<_> = alice
        .responses()
        .into_iter()
        .filter(|response| response.url.path() == "/auth/callback")
        .collect();
    for callback in callbacks {
        alice.visit(callback.url.as_str()).await;
        alice.visit(&format!("{}x", callback.url)).await;
    }
    // A cross-site request.
    let foreign = alice
        .request(Method::POST, "/auth/logout")
        .header("origin", "https://evil.example");
    alice.send(foreign).await.assert_status(403);
    // Outages of the API and of the tenant.
    env.stop_api().await;
    alice.open("/products").await.assert_status(502);
    alice.get_json("/api/products").await.assert_status(502);
    env.start_api();
    env.stop_tenant().await;
    env.advance(10);
    alice.get_json("/api/products").await.assert_status(503);
    alice.open("/products").await.assert_status(503);
    alice.visit("/auth/login").await.assert_status(303);
    alice
        .open("/auth/callback?error=server_error&state=x")
        .await
        .assert_status(400);
    env.start_tenant();
    env.advance(5);
    alice.get_json("/api/products").await.assert_status(200);
    // A session that the provider ends, and one that its user ends.
    env.tenant.revoke_all_refresh_tokens().await.unwrap();
    env.advance(10);
    bob.get_json("/api/products").await.assert_status(401);
    bob.open("/products").await.assert_status(200);
    bob.log_out().await.assert_status(200);
    alice.log_out().await.assert_status(200);
    alice.set_cookie("session", "AAAAAAAAAAAAAAAAAAAAAA");
    alice.open("/").await.assert_status(200);
}

#[tokio::test]
async fn no_secret_leaks_into_responses_the_log_or_the_store() {
    let mut env = TestEnv::with(|builder| {
        builder.add_orders();
        builder.persistent = true;
        builder.tenant.access_token_lifetime = Duration::from_secs(10);
        builder.seconds_behind = 20;
    })
    .await;
    let (alice, bob) = (env.browser(), env.browser());
    run_scenario(&mut env, &alice, &bob).await;

    let secrets = collect_secrets(&env, &[&alice, &bob]);
    for (kind, at_least) in [
        ("client secret", 1),
        ("AUTH0_SECRET", 1),
        ("access token", 12),
        ("ID token", 12),
        ("refresh token", 5),
        ("code", 3),
        ("verifier", 3),
        ("state", 3),
        ("nonce", 3),
        ("session cookie", 3),
        ("transaction cookie", 3),
        ("cookie of the tenant", 2),
        ("failed form cookie", 1),
    ] {
        let count = secrets.count(kind);
        assert!(count >= at_least, "only {count} of {kind}");
    }
    let seen: Vec<_> = [&alice, &bob]
        .iter()
        .flat_map(|browser| browser.responses())
        .collect();
    let leaks = leaks(&env, &seen, &secrets);
    assert!(leaks.is_empty(), "{leaks:#?}");

    // A copy of the store contains no credentials.
    let stored = env.stored_sessions();
    assert!(
        stored.contains("auth0|bob") && stored.len() > 10_000,
        "this is not the store"
    );
    let leaks = found(&secrets, "the store", &stored);
    assert!(leaks.is_empty(), "{leaks:#?}");

    // Neither does the log contain a password, right or wrong.
    let log = env.log.text();
    assert!(!log.contains("wrong password of hers") && !log.contains(PASSWORD));
}

#[tokio::test]
async fn the_search_finds_planted_words() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let secrets = collect_secrets(&env, &[&alice]);
    assert_eq!(leaks(&env, &alice.responses(), &secrets), [""; 0]);
    // The responses of the tenant contain codes, and the log has all levels.
    let tenant_answers = format!("{:?}", alice.responses());
    assert!(
        found(&secrets, "x", &tenant_answers)
            .iter()
            .any(|hit| hit == "code in x")
    );
    assert!(env.log.text().contains("TRACE") && env.log.text().contains("login succeeded"));
    // Words that are in each of the searched places.
    for word in ["<!DOCTYPE html>", "axum_auth0::", "frame-ancestors"] {
        secrets.add("planted word", word);
    }
    alice.open("/").await.assert_status(200);
    let leaks = leaks(&env, &alice.responses(), &secrets);
    for place in [
        "the log",
        "the body of GET /",
        "content-security-policy of GET /",
    ] {
        assert!(
            leaks.contains(&format!("planted word in {place}")),
            "{place}: {leaks:?}"
        );
    }
}
