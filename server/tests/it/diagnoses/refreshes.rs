//! Refresh tokens: none, not for this API, used twice, ended.

use std::time::Duration;

use axum_auth0::Diagnosis;
use reqwest::Method;

use super::{
    fixes::{long_ago, mended, signed_in, to_be_mended, works},
    reported,
    reported::says,
};
use crate::{
    browser::{ALICE, Person},
    test_env::{CLIENT_SECRET, PRODUCTS_API, Plan, World},
};

pub(crate) async fn without_offline_access_there_is_nothing_to_refresh_with() -> Diagnosis {
    let world = World::with(|plan| {
        long_ago(plan);
        plan.set("AUTH0_SCOPE", "openid profile email");
    })
    .await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    let told = reported::without_refresh_token(&world, &alice).await;
    says(
        &told,
        &[
            "there is no refresh token",
            "AUTH0_SCOPE lacks offline_access",
        ],
        &["Add offline_access to AUTH0_SCOPE"],
    );
    refreshes_after(world, &alice, long_ago).await;
    told
}

/// After a start with `change` and a new login, the end of an access token is not noticed.
async fn refreshes_after(world: World, alice: &Person, change: impl FnOnce(&mut Plan)) {
    let world = world.start_again(change).await;
    let page = alice.open("/auth/login?returnTo=%2Fprofile").await.is(200);
    assert_eq!(page.place(), "/profile");
    world.advance(3_700);
    alice.get_json("/api/products").await.is(200);
    let refreshes = world.at_tenant.of(&Method::POST, "/oauth/token");
    assert_eq!(refreshes.len(), 2, "the code, and one refresh");
}

pub(crate) async fn an_api_that_allows_no_offline_access_gives_no_refresh_token() -> Diagnosis {
    let world = World::with(|plan| {
        long_ago(plan);
        plan.products_at_tenant().offline_access = false;
    })
    .await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    let told = reported::without_refresh_token(&world, &alice).await;
    says(
        &told,
        &["there is no refresh token", "did not grant offline_access"],
        &["Switch on Allow Offline Access for the API"],
    );
    refreshes_after(world, &alice, long_ago).await;
    told
}

pub(crate) async fn an_application_without_the_refresh_grant_gets_no_refresh_token() -> Diagnosis {
    let world = World::with(|plan| {
        long_ago(plan);
        plan.tenant.applications[0].refresh_tokens = false;
    })
    .await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    let told = reported::without_refresh_token(&world, &alice).await;
    says(
        &told,
        &["did not grant offline_access"],
        &["the Refresh Token grant for the application"],
    );
    refreshes_after(world, &alice, long_ago).await;
    told
}

pub(crate) async fn a_refresh_token_is_not_good_for_another_api() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.add_orders();
        plan.tenant.applications[0].multi_resource.clear();
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::by_call(&world, &alice, "/api/orders").await;
    says(
        &told,
        &[
            "not good for the audience `https://orders.example.com`",
            "issued a token for `https://products.example.com`",
        ],
        &["Multi-Resource Refresh Token > add `https://orders.example.com`"],
    );
    assert_eq!(world.at_orders.entries().len(), 0);
    // Nothing is wrong with the other API.
    alice.get_json("/api/products").await.is(200);
    let _world = mended(world, &alice, Plan::add_orders).await;
    alice.get_json("/api/orders").await.is(200);
    told
}

pub(crate) async fn a_refresh_token_of_a_login_without_api_is_good_for_none() -> Diagnosis {
    let of_its_own = |plan: &mut Plan| plan.set("PRODUCTS_API_AUDIENCE", PRODUCTS_API);
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.variables.remove("AUTH0_AUDIENCE");
        of_its_own(plan);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "AUTH0_AUDIENCE is not set",
            "asked for the audience `https://products.example.com`",
            "opaque",
        ],
        &[
            "Set AUTH0_AUDIENCE to the Identifier of your API",
            "Multi-Resource Refresh Token",
        ],
    );
    mended(world, &alice, of_its_own).await;
    told
}

/// The answers of refreshes do not come in time; the tenant has used the refresh token up all the same.
fn slow(plan: &mut Plan) {
    long_ago(plan);
    plan.set("AUTH0_HTTP_TIMEOUT", "1500");
    plan.tenant.refresh_delay = Duration::from_secs(20);
}

pub(crate) async fn a_refresh_whose_answer_is_lost_ends_the_session_at_the_next_one() -> Diagnosis {
    let world = World::with(slow).await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    alice.get_json("/api/products").await.is(503);
    // Longer than others get the same answer.
    world.advance(2);
    let told = reported::at_the_end(&world, &alice).await;
    says(
        &told,
        &["A refresh ended without an answer", "took that for theft"],
        &["The person logs in again, once", "Rotation Overlap Period"],
    );
    let world = world.start_again(|_| {}).await;
    works(&alice).await;
    drop(world);

    let overlapping = |plan: &mut Plan| plan.tenant.refresh_leeway = Duration::from_mins(2);
    let world = World::with(|plan| {
        slow(plan);
        overlapping(plan);
    })
    .await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    alice.get_json("/api/products").await.is(503);
    let _world = world.start_again(overlapping).await;
    alice.get_json("/api/products").await.is(200);
    told
}

pub(crate) async fn a_refresh_token_that_was_revoked_ends_the_session() -> Diagnosis {
    let world = World::with(long_ago).await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    assert_eq!(world.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    let told = reported::at_the_end(&world, &alice).await;
    says(
        &told,
        &[
            "does not accept the refresh token any more",
            "revoked there",
        ],
        &["The person logs in again", "Refresh Token Lifetime"],
    );
    works(&alice).await;
    told
}

pub(crate) async fn a_refresh_token_that_somebody_else_used_ends_the_session() -> Diagnosis {
    let world = World::with(long_ago).await;
    let alice = signed_in(&world).await;
    world.advance(3_700);
    let granted = world.at_tenant.of(&Method::POST, "/oauth/token").remove(0);
    let copied = granted.answered("refresh_token").unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "leptos-auth0-sample"),
        ("client_secret", CLIENT_SECRET),
        ("refresh_token", &copied),
    ];
    let somebody = world.person();
    let request = somebody.request(Method::POST, &world.tenant_url("/oauth/token"));
    somebody.send(request.form(&form)).await.is(200);

    let told = reported::at_the_end(&world, &alice).await;
    says(
        &told,
        &["was used by somebody else"],
        &["no other program uses the same sessions"],
    );
    works(&alice).await;
    told
}
