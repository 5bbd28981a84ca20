//! Refresh tokens: rotation, reuse, lifetimes, and multi-resource refresh tokens.

use std::time::Duration;

use reqwest::StatusCode;
use tenant::{Outcome, ResourcePolicy, Settings};

use crate::world::{Answer, ORDERS, PRODUCTS, World};

const UNKNOWN: &str = "Unknown or invalid refresh token.";

#[track_caller]
fn is_unknown(answer: &Answer) {
    answer.is_error(403, "invalid_grant", UNKNOWN);
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_an_id_token_of_the_same_session() {
    let world = World::start().await;
    let first = world
        .tokens(&[("audience", PRODUCTS), ("max_age", "1000")])
        .await;
    world.clock.advance(50);
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    let (_, access) = world.verified(second.text("access_token")).await;
    assert_eq!(access["aud"][0], PRODUCTS);
    assert_eq!(access["iat"], crate::world::NOON + 50);
    let (_, before) = world.verified(first.text("id_token")).await;
    let (_, after) = world.verified(second.text("id_token")).await;
    for same in ["iss", "sub", "aud", "sid", "auth_time"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert!(!after.contains_key("nonce"));
}

#[tokio::test]
async fn without_an_audience_a_refresh_gives_an_opaque_token_again() {
    let world = World::start().await;
    let first = world.tokens(&[]).await;
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    assert!(!second.text("access_token").contains('.'));
    assert_eq!(
        world.userinfo(second.text("access_token")).await.json["sub"],
        "auth0|alice"
    );
}

#[tokio::test]
async fn a_reused_refresh_token_ends_the_whole_family() {
    let world = World::start().await;
    let first = world.tokens(&[("audience", PRODUCTS)]).await;
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    is_unknown(&world.refresh(first.text("refresh_token"), &[]).await);
    is_unknown(&world.refresh(second.text("refresh_token"), &[]).await);
    assert!(world.logged(Outcome::Refused, "the whole family was revoked"));
}

#[tokio::test]
async fn another_login_of_the_same_user_survives_a_reuse() {
    let world = World::start().await;
    let other = world.tokens(&[]).await;
    let first = world.tokens(&[]).await;
    world.refresh(first.text("refresh_token"), &[]).await;
    is_unknown(&world.refresh(first.text("refresh_token"), &[]).await);
    assert_eq!(
        world.refresh(other.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn within_the_leeway_a_consumed_token_is_good_and_after_it_the_family_ends() {
    let world = World::with(|settings| settings.refresh_leeway = Duration::from_secs(10)).await;
    let first = world.tokens(&[]).await;
    let second = world.refresh(first.text("refresh_token"), &[]).await;
    world.clock.advance(9);
    let third = world.refresh(first.text("refresh_token"), &[]).await;
    assert_eq!(third.status, StatusCode::OK);
    world.clock.advance(1);
    is_unknown(&world.refresh(first.text("refresh_token"), &[]).await);
    is_unknown(&world.refresh(second.text("refresh_token"), &[]).await);
    is_unknown(&world.refresh(third.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn without_rotation_the_token_stays_and_none_is_sent() {
    let world = World::with(|settings| settings.rotation = false).await;
    let first = world.tokens(&[]).await;
    for _ in 0..2 {
        let again = world.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(again.status, StatusCode::OK);
        assert!(again.json.get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn an_unused_refresh_token_ends_after_its_idle_time() {
    let world = World::start().await;
    let first = world.tokens(&[]).await;
    world.clock.advance(15 * 24 * 60 * 60);
    is_unknown(&world.refresh(first.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn a_family_ends_after_its_lifetime_however_often_it_is_used() {
    let world = World::start().await;
    let mut tokens = world.tokens(&[]).await;
    for _ in 0..2 {
        world.clock.advance(14 * 24 * 60 * 60);
        tokens = world.refresh(tokens.text("refresh_token"), &[]).await;
        assert_eq!(tokens.status, StatusCode::OK);
    }
    world.clock.advance(2 * 24 * 60 * 60);
    is_unknown(&world.refresh(tokens.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn a_refresh_narrows_the_scopes_and_never_widens_them() {
    let world = World::start().await;
    let first = world.tokens(&[("audience", PRODUCTS)]).await;
    let second = world
        .refresh(
            first.text("refresh_token"),
            &[("scope", "openid read:products write:products")],
        )
        .await;
    assert_eq!(second.text("scope"), "openid read:products");
}

#[tokio::test]
async fn a_refresh_for_another_api_silently_gets_the_api_of_the_login() {
    let world = World::start().await;
    let first = world.tokens(&[("audience", PRODUCTS)]).await;
    let more = [("audience", ORDERS), ("scope", "read:orders read:products")];
    let second = world.refresh(first.text("refresh_token"), &more).await;
    assert_eq!(second.status, StatusCode::OK);
    let (_, claims) = world.verified(second.text("access_token")).await;
    assert_eq!(claims["aud"], PRODUCTS);
    assert_eq!(claims["scope"], "read:products");
    assert!(world.logged(
        Outcome::Surprising,
        "asked for audience https://orders.example.com"
    ));
}

fn allow_orders(settings: &mut Settings) {
    settings.applications[0].multi_resource = vec![ResourcePolicy {
        audience: ORDERS.to_owned(),
        scopes: vec!["read:orders".to_owned()],
    }];
}

#[tokio::test]
async fn a_multi_resource_refresh_token_gets_the_other_api_and_back() {
    let world = World::with(allow_orders).await;
    let first = world.tokens(&[("audience", PRODUCTS)]).await;
    let more = [
        ("audience", ORDERS),
        ("scope", "openid read:orders write:orders"),
    ];
    let second = world.refresh(first.text("refresh_token"), &more).await;
    let (_, claims) = world.verified(second.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    assert_eq!(second.text("scope"), "openid read:orders");
    let third = world.refresh(second.text("refresh_token"), &[]).await;
    assert_eq!(
        world.verified(third.text("access_token")).await.1["aud"][0],
        PRODUCTS
    );
    assert_eq!(
        third.text("scope"),
        "openid profile email offline_access read:products"
    );
}

#[tokio::test]
async fn a_login_without_an_audience_can_get_an_api_by_multi_resource() {
    let world = World::with(allow_orders).await;
    let first = world.tokens(&[]).await;
    let second = world
        .refresh(first.text("refresh_token"), &[("audience", ORDERS)])
        .await;
    assert_eq!(
        world.verified(second.text("access_token")).await.1["aud"][0],
        ORDERS
    );
    assert_eq!(
        second.text("scope"),
        "openid profile email offline_access read:orders"
    );
}

#[tokio::test]
async fn a_refresh_token_of_another_application_is_unknown_and_stays_good() {
    let world = World::with(|settings| {
        let mut other = settings.applications[0].clone();
        other.client_id = "other".to_owned();
        other.client_secret = "other-secret".into();
        settings.applications.push(other);
    })
    .await;
    let tokens = world.tokens(&[]).await;
    let request = world.request(reqwest::Method::POST, "oauth/token").form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "other"),
        ("client_secret", "other-secret"),
        ("refresh_token", tokens.text("refresh_token")),
    ]);
    is_unknown(&Answer::of(request.send().await.unwrap()).await);
    assert_eq!(
        world
            .refresh(tokens.text("refresh_token"), &[])
            .await
            .status,
        StatusCode::OK
    );
}
