//! What the tenant refuses.

use axum_auth0::Diagnosis;
use tenant::ApplicationAccess;

use super::{
    fixes::{long_ago, mended, signed_in, to_be_mended, works},
    modified_tenant::{self, StandIn},
    reported,
    reported::says,
};
use crate::{
    browser::ALICE,
    test_env::{ORDERS_API, Plan, World},
};

pub(crate) async fn the_refresh_grant_was_taken_from_the_application() -> Diagnosis {
    let world = World::with(long_ago).await;
    let alice = signed_in(&world).await;
    let world = world
        .start_again(|plan| plan.tenant.applications[0].refresh_tokens = false)
        .await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &["Grant type 'refresh_token' not allowed for the client"],
        &[
            "Switch the grants Authorization Code and Refresh Token on",
            "Grant Types",
        ],
    );
    // Nothing was lost: the refresh token is good again.
    let world = world.start_again(|_| {}).await;
    world.advance(2);
    alice.get_json("/api/products").await.is(200);
    drop(world);
    told
}

pub(crate) async fn an_api_that_is_closed_to_the_application_refuses_the_login() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.products_at_tenant().access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let alice = world.person();
    let page = alice.open("/products").await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &["does not let this application have tokens for `https://products.example.com`"],
        &["Application Access"],
    );
    let granted = ApplicationAccess::ClientGrants(vec!["leptos-auth0-sample".to_owned()]);
    mended(world, &alice, |plan| {
        plan.products_at_tenant().access = granted;
    })
    .await;
    told
}

pub(crate) async fn an_api_that_is_closed_to_the_application_refuses_the_refresh() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.add_orders();
        let orders = plan
            .tenant
            .apis
            .iter_mut()
            .find(|api| api.identifier == ORDERS_API);
        orders.unwrap().access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::by_call(&world, &alice, "/api/orders").await;
    says(
        &told,
        &["tokens for `https://orders.example.com`"],
        &["Application Access"],
    );
    alice.get_json("/api/products").await.is(200);
    let _world = mended(world, &alice, Plan::add_orders).await;
    alice.get_json("/api/orders").await.is(200);
    told
}

pub(crate) async fn a_wrong_client_secret_is_found_where_the_login_ends() -> Diagnosis {
    const WRONG: &str = "not-the-secret-of-the-tenant";
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set("AUTH0_CLIENT_SECRET", WRONG);
    })
    .await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &["does not accept this application's credentials"],
        &[
            "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_AUTHENTICATION",
        ],
    );
    assert!(!page.body.contains(WRONG) && !world.log.text().contains(WRONG));
    mended(world, &alice, |_| {}).await;
    told
}

pub(crate) async fn a_parameter_of_the_login_is_refused() -> Diagnosis {
    let world = World::start().await;
    let alice = world.person();
    let page = alice
        .open("/auth/login?prompt=create&returnTo=%2Fproducts")
        .await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &[
            "refused the request: invalid_request",
            "The parameter prompt is not understood",
        ],
        &[
            "Monitoring > Logs",
            "AUTH0_PROMPT",
            "the link to /auth/login",
        ],
    );
    works(&alice).await;
    told
}

pub(crate) async fn several_resources_at_once_are_refused() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.add_orders();
        plan.set("AUTH0_AUDIENCE_PARAMETER", "resource");
        plan.tenant.resource_parameter = true;
    })
    .await;
    let alice = world.person();
    let page = alice.open("/products").await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &["several APIs at once", "send one resource"],
        &["AUTH0_AUDIENCE_PARAMETER=audience", "one API only"],
    );
    let world = mended(world, &alice, |plan| {
        plan.add_orders();
        plan.set("AUTH0_AUDIENCE_PARAMETER", "audience");
    })
    .await;
    alice.get_json("/api/orders").await.is(200);
    // Or without the second API.
    mended(world, &alice, |plan| {
        plan.set("AUTH0_AUDIENCE_PARAMETER", "resource");
        plan.tenant.resource_parameter = true;
    })
    .await;
    told
}

pub(crate) async fn a_scope_that_the_provider_does_not_know_refuses_the_login() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant_is_up = false;
    })
    .await;
    let provider = modified_tenant::without_write_products(world.tenant.router());
    let stand_in = StandIn::at_tenant_of(&world, provider);
    let alice = world.person();
    let page = alice.open("/products").await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &[
            "AUTH0_SCOPE: `openid`",
            "PRODUCTS_API_SCOPE: `read:products`, `write:products`",
        ],
        &["`PRODUCTS_API_SCOPE=` asks for none"],
    );
    stand_in.go().await;
    mended(world, &alice, |plan| {
        plan.set("PRODUCTS_API_SCOPE", "read:products");
    })
    .await;
    told
}
