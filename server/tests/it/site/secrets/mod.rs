//! Secrets of a whole story, looked for wherever they do not belong.

mod search;

use std::time::Duration;

use reqwest::Method;

use self::search::{found, leaks, planted};
use crate::site::forms::TEAPOT;
use crate::{
    browser::{ALICE, BOB, PASSWORD, Person},
    test_env::World,
};

/// A story with everything that can happen in it.
async fn story(world: &mut World, alice: &Person, bob: &Person) {
    let login = alice.open("/products").await.is(200);
    let wrong = alice
        .fill_in(&login, ALICE, "a wrong password of hers")
        .await
        .is(400);
    let page = alice.fill_in(&wrong, ALICE, PASSWORD).await.is(200);
    bob.log_in(BOB).await.is(200);
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
    // Forms, good and bad.
    let added = alice
        .submit(&page, page.html().form("/api/products"), TEAPOT)
        .await
        .is(303);
    alice.arrive(added).await.is(200);
    let failed = alice
        .submit(&page, page.html().form("/api/products"), &[("name", "x")])
        .await
        .is(303);
    alice.arrive(failed).await;
    alice
        .call(Method::POST, "/api/products", &[("name", "x")])
        .await
        .is(400);
    alice
        .call(Method::POST, "/api/products/delete", &[("id", "none")])
        .await
        .is(404);
    // Orders, and what a developer can do with the tokens.
    let order = page.html().form("/api/orders");
    let ordered = alice.submit(&page, order, &[]).await.is(303);
    alice.arrive(ordered).await.is(200);
    let tokens = alice.open("/tokens").await.is(200);
    for api in ["PRODUCTS", "ORDERS"] {
        let form = tokens.html().form_with("/api/tokens/renew", "api", api);
        let renewed = alice.submit(&tokens, form, &[]).await.is(303);
        alice.arrive(renewed).await.is(200);
    }
    // Refreshes, of both at once.
    world.advance(10);
    let (hers, his) = tokio::join!(
        alice.get_json("/api/products"),
        bob.get_json("/api/products")
    );
    hers.is(200);
    his.is(200);
    // Callbacks that are replayed and forged.
    let callbacks: Vec<_> = alice
        .seen()
        .into_iter()
        .filter(|answer| answer.url.path() == "/auth/callback")
        .collect();
    for callback in callbacks {
        alice.visit(callback.url.as_str()).await;
        alice.visit(&format!("{}x", callback.url)).await;
    }
    // Another site.
    let foreign = alice
        .request(Method::POST, "/auth/logout")
        .header("origin", "https://evil.example");
    alice.send(foreign).await.is(403);
    // The API is down, then the tenant.
    world.stop_api().await;
    alice.open("/products").await.is(502);
    alice.get_json("/api/products").await.is(502);
    world.start_api();
    world.stop_tenant().await;
    world.advance(10);
    alice.get_json("/api/products").await.is(503);
    alice.open("/products").await.is(503);
    alice.visit("/auth/login").await.is(303);
    alice
        .open("/auth/callback?error=server_error&state=x")
        .await
        .is(400);
    world.start_tenant();
    world.advance(5);
    alice.get_json("/api/products").await.is(200);
    // A session that the provider ends, and one that its person ends.
    world.tenant.revoke_all_refresh_tokens().await.unwrap();
    world.advance(10);
    bob.get_json("/api/products").await.is(401);
    bob.open("/products").await.is(200);
    bob.log_out().await.is(200);
    alice.log_out().await.is(200);
    alice.set_cookie("session", "AAAAAAAAAAAAAAAAAAAAAA");
    alice.open("/").await.is(200);
}

#[tokio::test]
async fn no_secret_of_a_whole_story_shows_where_it_does_not_belong() {
    let mut world = World::with(|plan| {
        plan.add_orders();
        plan.in_files = true;
        plan.tenant.access_token_lifetime = Duration::from_secs(10);
        plan.seconds_behind = 20;
    })
    .await;
    let (alice, bob) = (world.person(), world.person());
    story(&mut world, &alice, &bob).await;

    let canaries = planted(&world, &[&alice, &bob]);
    for (what, at_least) in [
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
    ] {
        let there = canaries.values().filter(|canary| **canary == what).count();
        assert!(there >= at_least, "only {there} of {what}");
    }
    let seen: Vec<_> = [&alice, &bob]
        .iter()
        .flat_map(|person| person.seen())
        .collect();
    let leaks = leaks(&world, &seen, &canaries);
    assert!(leaks.is_empty(), "{leaks:#?}");

    // Whoever takes a copy of the store has nothing that can be presented.
    let stored = world.stored_sessions();
    assert!(
        stored.contains("auth0|bob") && stored.len() > 10_000,
        "this is not the store"
    );
    let leaks = found(&canaries, "the store", &stored);
    assert!(leaks.is_empty(), "{leaks:#?}");

    // A password has no business here either, nor do the words of a wrong one.
    let log = world.log.text();
    assert!(!log.contains("wrong password of hers") && !log.contains(PASSWORD));
}

#[tokio::test]
async fn the_search_finds_what_is_there_to_be_found() {
    let world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let mut canaries = planted(&world, &[&alice]);
    assert_eq!(leaks(&world, &alice.seen(), &canaries), [""; 0]);
    // The tenant's own answers do carry codes and tokens, and the log is that of everything.
    let tenant_answers = format!("{:?}", alice.seen());
    assert!(
        found(&canaries, "x", &tenant_answers)
            .iter()
            .any(|hit| hit == "code in x")
    );
    assert!(world.log.text().contains("TRACE") && world.log.text().contains("logged in"));
    // Planted where nobody should see it, it is seen.
    canaries.insert("Hello, ".to_owned(), "planted word");
    canaries.insert("logged in".to_owned(), "planted word");
    canaries.insert("nosniff".to_owned(), "planted word");
    alice.open("/").await.is(200);
    let leaks = leaks(&world, &alice.seen(), &canaries);
    for place in [
        "the log",
        "the body of GET /",
        "x-content-type-options of GET /",
    ] {
        assert!(
            leaks.contains(&format!("planted word in {place}")),
            "{place}: {leaks:?}"
        );
    }
}
