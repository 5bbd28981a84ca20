//! What a token allows.

use axum_auth0::Diagnosis;
use reqwest::Method;

use super::{
    fixes::{mended, to_be_mended},
    reported,
    reported::says,
};
use crate::{
    browser::ALICE,
    test_env::{ORDERS_API, World},
};

const ADD: &str = "/api/products";
const TEAPOT: &[(&str, &str)] = &[
    ("name", "Teapot"),
    ("category", "Kitchen"),
    ("price", "12.50"),
    ("stock", "4"),
];

pub(crate) async fn a_scope_that_was_never_asked_for_is_missed_by_the_api() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set("PRODUCTS_API_SCOPE", "read:products");
    })
    .await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let told = reported::in_answer(&alice.call(Method::POST, ADD, TEAPOT).await);
    reported::is_logged(&world, " ERROR ", &told);
    says(
        &told,
        &["lacks the scope `write:products`", "did not ask for"],
        &[
            "Add it to PRODUCTS_API_SCOPE (now: read:products)",
            "Permissions",
        ],
    );
    // As a form without scripts, too.
    let sent = alice
        .submit(&page, page.html().form(ADD), TEAPOT)
        .await
        .is(303);
    let back = alice.follow(&sent).await.html().text();
    assert!(
        back.contains("misconfiguration") && back.contains("PRODUCTS_API_SCOPE"),
        "{back}"
    );

    let _world = mended(world, &alice, |plan| {
        plan.set("PRODUCTS_API_SCOPE", "read:products write:products");
    })
    .await;
    alice.call(Method::POST, ADD, TEAPOT).await.is(200);
    told
}

pub(crate) async fn a_person_without_the_permission_does_not_get_the_scope() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant.users[0].permissions = Some(vec!["read:products".to_owned()]);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "The scope `write:products` was asked for",
            "the person may not have it",
        ],
        &["User Management > Users > Permissions", "RBAC"],
    );
    let both = ["read:products", "write:products"].map(str::to_owned);
    mended(world, &alice, |plan| {
        plan.tenant.users[0].permissions = Some(both.to_vec());
    })
    .await;
    told
}

pub(crate) async fn a_scope_that_the_api_does_not_define_is_dropped() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set(
            "PRODUCTS_API_SCOPE",
            "read:products write:products audit:products",
        );
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "The scope `audit:products` was asked for",
            "the API does not define it",
        ],
        &["Add it to the API's permissions"],
    );
    mended(world, &alice, |plan| {
        plan.set(
            "PRODUCTS_API_SCOPE",
            "read:products write:products audit:products",
        );
        plan.products_at_tenant()
            .scopes
            .push("audit:products".to_owned());
    })
    .await;
    told
}

pub(crate) async fn an_audience_of_another_api_has_none_of_the_scopes() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set("AUTH0_AUDIENCE", ORDERS_API);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "none of the scopes",
            "AUTH0_AUDIENCE probably names another API",
        ],
        &["Set AUTH0_AUDIENCE to the Identifier of the API that answers there"],
    );
    assert_eq!(world.at_api.entries().len(), 0);
    // The same is seen of a person who has no permission at all, and the fix says so.
    let world = world
        .start_again(|plan| plan.tenant.users[0].permissions = Some(Vec::new()))
        .await;
    let page = alice.open("/auth/login?returnTo=%2Fproducts").await;
    let without = reported::on_the_page(&world, &alice).await;
    assert_eq!(without.code, told.code, "{}", page.body);
    says(
        &without,
        &["the person may not have them"],
        &["let the person have them", "RBAC"],
    );
    mended(world, &alice, |_| {}).await;
    told
}
