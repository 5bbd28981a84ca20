//! The audience of a token: missing, unknown, or of another API.

use axum_auth0::{
    Expectation,
    clock::{Clock as _, SystemClock},
    diagnose,
};
use reqwest::Method;

use super::{
    fixes::{apply_fix, assert_works, logged_in_long_ago, restartable, signed_in},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::ALICE,
    test_env::{PRODUCTS_API, TestEnv, TestEnvBuilder},
};

pub(super) const STOCK_API: &str = "https://stock.example.com";

pub(crate) async fn a_login_without_an_audience_gets_no_token_for_the_api() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.variables.remove("AUTH0_AUDIENCE");
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "AUTH0_AUDIENCE is not set",
            "opaque string, not a JWT",
            "Default Audience",
        ],
        &["Set AUTH0_AUDIENCE to the Identifier of your API"],
    );
    assert_eq!(
        env.products_requests.entries().len(),
        0,
        "a token without an API is sent to no API"
    );

    // The old login requested no audience; only a new login can.
    let env = env.restart(|_| {}).await;
    let refused = alice.get_json("/api/products").await.assert_status(401);
    assert_eq!(refused.error_code(), "sign_in_required");
    assert_works(&alice).await;
    assert_eq!(env.products_requests.entries().len(), 2);
    diagnosis
}

pub(crate) async fn an_unknown_audience_is_rejected_at_login() -> ReportedDiagnosis {
    // A common mistake: the API's URL instead of its identifier.
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_AUDIENCE", "https://products.example.com/api");
    })
    .await;
    let alice = env.browser();
    let page = alice.open("/products").await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["`https://products.example.com/api`, which AUTH0_AUDIENCE names"],
        &["Set AUTH0_AUDIENCE to the Identifier of an API", "exactly"],
    );
    let env = apply_fix(env, &alice, |_| {}).await;

    // The alternative fix: register the API under this identifier.
    let register = |builder: &mut TestEnvBuilder| {
        builder.set("AUTH0_AUDIENCE", STOCK_API);
        STOCK_API.clone_into(&mut builder.api_audience);
        STOCK_API.clone_into(&mut builder.products_api_settings().identifier);
    };
    apply_fix(env, &alice, register).await;
    diagnosis
}

pub(crate) async fn a_deleted_api_is_reported_at_the_next_refresh() -> ReportedDiagnosis {
    let env = TestEnv::with(logged_in_long_ago).await;
    let alice = signed_in(&env).await;
    let env = env
        .restart(|builder| {
            builder
                .tenant
                .apis
                .retain(|api| api.identifier != PRODUCTS_API);
        })
        .await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["knows no API with the identifier `https://products.example.com`"],
        &["register the API there"],
    );
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn a_token_is_sent_to_another_api() -> ReportedDiagnosis {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let config = env.auth0.config();
    let [products, orders] = ["PRODUCTS", "ORDERS"].map(|name| config.api(name).unwrap());
    let now = SystemClock.unix_seconds();
    let of_products = env
        .products_requests
        .matching(&Method::GET, "/products")
        .remove(0);
    let of_orders = env
        .orders_requests
        .matching(&Method::GET, "/orders")
        .remove(0);
    let [of_products, of_orders] =
        [&of_products, &of_orders].map(|call| call.bearer_token().unwrap());

    diagnose(of_products, &Expectation::new(config, products, now)).unwrap();
    diagnose(of_orders, &Expectation::new(config, orders, now)).unwrap();
    let diagnosis = ReportedDiagnosis::from(
        &diagnose(of_orders, &Expectation::new(config, products, now)).unwrap_err(),
    );
    let reverse = ReportedDiagnosis::from(
        &diagnose(of_products, &Expectation::new(config, orders, now)).unwrap_err(),
    );
    assert_eq!(reverse.code, diagnosis.code);
    assert_says(
        &diagnosis,
        &[
            "is for `https://orders.example.com`",
            "not for the audience `https://products.example.com`",
        ],
        &["access_token::<…>()", "AUTH0_AUDIENCE"],
    );
    reported::as_local(&env, diagnosis)
}
