//! Scopes of a token.

use reqwest::Method;

use super::{
    fixes::{apply_fix, restartable},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::ALICE,
    test_env::{ORDERS_API, TestEnv},
};

const ADD: &str = "/api/products";
const TEAPOT: &[(&str, &str)] = &[
    ("name", "Teapot"),
    ("category", "Kitchen"),
    ("price", "12.50"),
    ("stock", "4"),
];

pub(crate) async fn a_scope_that_was_never_requested_is_missing_at_the_api() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("PRODUCTS_API_SCOPE", "read:products");
    })
    .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let diagnosis = reported::in_response(&alice.call(Method::POST, ADD, TEAPOT).await);
    reported::assert_logged(&env, " ERROR ", &diagnosis);
    assert_says(
        &diagnosis,
        &["lacks the scope `write:products`", "did not ask for"],
        &[
            "Add it to PRODUCTS_API_SCOPE (now: read:products)",
            "Permissions",
        ],
    );
    // Also with a form without JavaScript.
    let sent = alice
        .submit(&page, page.html().form(ADD), TEAPOT)
        .await
        .assert_status(303);
    let back = alice.follow(&sent).await.html().text();
    assert!(
        back.contains("Add it to PRODUCTS_API_SCOPE (now: read:products)"),
        "{back}"
    );

    let _world = apply_fix(env, &alice, |builder| {
        builder.set("PRODUCTS_API_SCOPE", "read:products write:products");
    })
    .await;
    alice
        .call(Method::POST, ADD, TEAPOT)
        .await
        .assert_status(200);
    diagnosis
}

pub(crate) async fn a_user_without_the_permission_does_not_get_the_scope() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant.users[0].permissions = Some(vec!["read:products".to_owned()]);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "The scope `write:products` was asked for",
            "the user may not have it",
        ],
        &["User Management > Users > Permissions", "RBAC"],
    );
    let both = ["read:products", "write:products"].map(str::to_owned);
    apply_fix(env, &alice, |builder| {
        builder.tenant.users[0].permissions = Some(both.to_vec());
    })
    .await;
    diagnosis
}

pub(crate) async fn a_scope_that_the_api_does_not_define_is_dropped() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set(
            "PRODUCTS_API_SCOPE",
            "read:products write:products audit:products",
        );
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "The scope `audit:products` was asked for",
            "the API does not define it",
        ],
        &["Add it to the API's permissions"],
    );
    apply_fix(env, &alice, |builder| {
        builder.set(
            "PRODUCTS_API_SCOPE",
            "read:products write:products audit:products",
        );
        builder
            .products_api_settings()
            .scopes
            .push("audit:products".to_owned());
    })
    .await;
    diagnosis
}

pub(crate) async fn an_audience_of_another_api_has_none_of_the_scopes() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_AUDIENCE", ORDERS_API);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "none of the scopes",
            "AUTH0_AUDIENCE probably names another API",
        ],
        &["Set AUTH0_AUDIENCE to the Identifier of the API that answers there"],
    );
    assert_eq!(env.products_requests.entries().len(), 0);
    // A user without any permission gets the same diagnosis, and the fix mentions it.
    let env = env
        .restart(|builder| builder.tenant.users[0].permissions = Some(Vec::new()))
        .await;
    let page = alice.open("/auth/login?returnTo=%2Fproducts").await;
    let without = reported::on_products_page(&env, &alice).await;
    assert_eq!(without.code, diagnosis.code, "{}", page.body);
    assert_says(
        &without,
        &["the user may not have them"],
        &["let the user have them", "RBAC"],
    );
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}
