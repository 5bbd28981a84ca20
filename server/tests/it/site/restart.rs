//! A rebuild, a restart, a changed configuration: who is signed in stays so wherever that is right.

use std::time::Duration;

use reqwest::Method;

use super::{
    forms::{TEAPOT, products_of},
    server_functions::is_signed_in,
};
use crate::{
    browser::{ALICE, Person},
    test_env::{ORDERS_API, Plan, SITE_SECRET, World},
};

/// A world on files in which Alice is signed in and has added a product.
async fn with_alice(change: impl FnOnce(&mut Plan)) -> (World, Person) {
    let world = World::with(|plan| {
        plan.in_files = true;
        change(plan);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    alice
        .call(Method::POST, "/api/products", TEAPOT)
        .await
        .is(200);
    (world, alice)
}

#[tokio::test]
async fn a_restart_logs_nobody_out_and_loses_nothing() {
    let (world, alice) = with_alice(|_| {}).await;
    let before = products_of(&alice).await;
    let world = world.start_again(|_| {}).await;
    let page = alice.open("/products").await.is(200);
    assert_eq!(page.html().texts_where("role", "rowheader")[0], TEAPOT[0].1);
    assert_eq!(products_of(&alice).await, before);
    // Nothing had to be asked for again.
    assert_eq!(world.at_tenant.of(&Method::POST, "/oauth/token").len(), 0);

    // The tenant knows her still, too.
    alice.forget("session");
    assert_eq!(alice.open("/products").await.is(200).place(), "/products");
}

#[tokio::test]
async fn a_session_from_before_a_restart_can_still_refresh() {
    let short = |plan: &mut Plan| {
        plan.tenant.access_token_lifetime = Duration::from_secs(10);
        plan.seconds_behind = 15;
    };
    let (world, alice) = with_alice(short).await;
    for _ in 0..2 {
        world.advance(10);
        alice.get_json("/api/products").await.is(200);
    }
    let world = world
        .start_again(|plan| plan.tenant.access_token_lifetime = Duration::from_secs(10))
        .await;
    world.advance(20);
    alice.get_json("/api/products").await.is(200);
    assert_eq!(world.at_tenant.of(&Method::POST, "/oauth/token").len(), 1);
}

#[tokio::test]
async fn logged_out_stays_logged_out_over_a_restart() {
    let (world, alice) = with_alice(|_| {}).await;
    let cookie = alice.cookie("session").unwrap();
    alice.log_out().await.is(200);
    let _world = world.start_again(|_| {}).await;
    alice.set_cookie("session", &cookie);
    assert!(!is_signed_in(&alice).await);
}

#[tokio::test]
async fn a_login_under_way_survives_a_restart() {
    let world = World::with(|plan| plan.in_files = true).await;
    let alice = world.person();
    let login = alice.open("/products").await.is(200);
    let _world = world.start_again(|_| {}).await;
    assert_eq!(
        alice
            .fill_in(&login, ALICE, crate::browser::PASSWORD)
            .await
            .is(200)
            .place(),
        "/products"
    );
}

#[tokio::test]
async fn a_new_secret_before_the_old_one_logs_nobody_out() {
    let (world, alice) = with_alice(|_| {}).await;
    let new = "another-site-secret-0123456789abcdef0123456789";
    let world = world
        .start_again(|plan| plan.set("AUTH0_SECRET", &format!("{new},{SITE_SECRET}")))
        .await;
    assert_eq!(products_of(&alice).await.len(), 21);
    // With the old one taken out too early, she is logged out, and that is all.
    let _world = world
        .start_again(|plan| plan.set("AUTH0_SECRET", new))
        .await;
    assert!(!is_signed_in(&alice).await);
    assert_eq!(
        alice.open("/").await.is(200).html().heading(),
        "Know what is on your shelves."
    );
    assert_eq!(alice.open("/products").await.is(200).place(), "/products");
    assert_eq!(products_of(&alice).await.len(), 21);
}

#[tokio::test]
async fn a_token_from_before_the_audience_changed_is_not_sent() {
    let (world, alice) = with_alice(|_| {}).await;
    let world = world
        .start_again(|plan| plan.set("AUTH0_AUDIENCE", ORDERS_API))
        .await;
    // The session is of another configuration: only a new login can tell whether this one is right.
    assert_eq!(
        alice.get_json("/api/products").await.is(401).code(),
        "sign_in_required"
    );
    assert_eq!(world.at_api.entries().len(), 0);

    let _world = world.start_again(|_| {}).await;
    alice.forget("session");
    assert_eq!(alice.open("/products").await.is(200).place(), "/products");
}

#[tokio::test]
async fn a_missing_audience_is_mended_by_setting_it_and_logging_in_again() {
    let world = World::with(|plan| {
        plan.in_files = true;
        plan.variables.remove("AUTH0_AUDIENCE");
    })
    .await;
    let alice = world.person();
    assert_eq!(alice.log_in(ALICE).await.is(500).place(), "/products");
    let world = world.start_again(|_| {}).await;
    let page = alice.open("/products").await.is(401);
    let login = page
        .html()
        .all("a")
        .iter()
        .find(|link| link.get("href").starts_with("/auth/login"))
        .map(|link| link.get("href").to_owned());
    let answer = alice.click(&page, &login.unwrap()).await;
    let page = alice.arrive(answer).await.is(200);
    assert_eq!(
        (
            page.place(),
            page.html().texts_where("role", "rowheader").len()
        ),
        ("/products", 20)
    );
    assert_eq!(world.at_api.entries().len(), 1);
}
