//! Refreshing and logging in as an application, explained where it cannot work.

use std::time::Duration;

use crate::{
    audience::is_explained,
    person::{ALICE, PASSWORD},
    world::World,
};

#[tokio::test]
async fn without_offline_access_in_the_scope_the_end_of_the_token_is_explained() {
    let world = World::with(|plan| {
        plan.set("AUTH0_SCOPE", "openid profile email");
        plan.tenant.access_token_lifetime = Duration::from_hours(1);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    world.advance(3_700);
    let cause = &[
        "there is no refresh token",
        "AUTH0_SCOPE lacks offline_access",
    ];
    is_explained(
        &world,
        &alice,
        "no_refresh_token",
        cause,
        &["Add offline_access to AUTH0_SCOPE"],
    )
    .await;
}

#[tokio::test]
async fn an_api_that_allows_no_offline_access_is_explained_too() {
    let world = World::with(|plan| {
        plan.products_at_tenant().offline_access = false;
        plan.tenant.access_token_lifetime = Duration::from_hours(1);
        plan.seconds_behind = 3_700;
    })
    .await;
    let alice = world.person();
    let login = alice.open("/profile").await;
    alice.fill_in(&login, ALICE, PASSWORD).await.is(200);
    let warned =
        world
            .log
            .lines_with(&[" WARN ", "offline_access was asked for", "no refresh token"]);
    assert_eq!(warned.len(), 1);
    world.advance(3_700);
    let cause = &["there is no refresh token", "did not grant offline_access"];
    is_explained(
        &world,
        &alice,
        "no_refresh_token",
        cause,
        &["Allow Offline Access", "Auth0 dashboard"],
    )
    .await;
    // A new login helps for another hour.
    alice.forget("session");
    alice.open("/products").await.is(200);
}

#[tokio::test]
async fn a_wrong_client_secret_is_explained_where_the_login_ends() {
    let world =
        World::with(|plan| plan.set("AUTH0_CLIENT_SECRET", "not-the-secret-of-the-tenant")).await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(500);
    let text = page.html().text();
    assert!(
        text.contains("AUTH0_CLIENT_SECRET") && text.contains("AUTH0_CLIENT_ID"),
        "{text}"
    );
    assert!(!page.body.contains("not-the-secret-of-the-tenant"));
    assert!(!world.log.text().contains("not-the-secret-of-the-tenant"));
    assert_eq!(alice.cookie("session"), None);
}
