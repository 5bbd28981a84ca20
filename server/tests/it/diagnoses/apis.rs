//! APIs that reject tokens, and APIs with missing settings.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Router, body::Body, extract::State, routing::get};
use axum_auth0::{Api, ApiRegistration, Config, SignedInUser, TokenError};
use http::{Request, header};
use tower::ServiceExt as _;

use super::{
    fixes::{apply_fix, restartable},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::{ALICE, Browser},
    test_env::{TestEnv, TestEnvBuilder},
};

const NEW_API: &str = "https://products-2.example.com";

/// An API that the sample does not register.
enum InvoicesApi {}

impl Api for InvoicesApi {
    const ENV_PREFIX: &'static str = "INVOICES";
    const SCOPES: &'static [&'static str] = &["read:invoices"];
}

pub(crate) async fn an_api_that_checks_another_audience_rejects_the_token() -> ReportedDiagnosis {
    let renamed = |builder: &mut TestEnvBuilder| {
        let mut renamed = builder.products_api_settings().clone();
        NEW_API.clone_into(&mut renamed.identifier);
        builder.tenant.apis.push(renamed);
        builder.set("AUTH0_AUDIENCE", NEW_API);
    };
    let env = TestEnv::with(|builder| {
        restartable(builder);
        renamed(builder);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "`https://products-2.example.com`",
            "It says: “the access token was not issued for this API",
        ],
        &[
            "Set AUTH0_AUDIENCE to the identifier that this API checks",
            "let the API check",
        ],
    );
    assert!(
        env.products_requests
            .entries()
            .iter()
            .all(|call| call.status == 401)
    );
    let env = apply_fix(env, &alice, |_| {}).await;
    apply_fix(env, &alice, |builder| {
        renamed(builder);
        NEW_API.clone_into(&mut builder.api_audience);
    })
    .await;
    diagnosis
}

pub(crate) async fn an_unregistered_api_has_no_settings() -> ReportedDiagnosis {
    let mut variables = None;
    let env = TestEnv::with(|builder| variables = Some(builder.variables.clone())).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let refused = user_of(&env, &alice)
        .await
        .access_token::<InvoicesApi>()
        .await;
    let Err(TokenError::Misconfigured(diagnosis)) = refused else {
        panic!("{refused:?}")
    };
    let diagnosis = ReportedDiagnosis::from(diagnosis.as_ref());
    reported::assert_logged(&env, " ERROR ", &diagnosis);
    assert_says(
        &diagnosis,
        &["the API INVOICES", "did not declare"],
        &[".api::<…>()"],
    );

    let [products, orders] = app::server::apis();
    let declared = [products, orders, ApiRegistration::further::<InvoicesApi>()];
    let mut variables = variables.unwrap();
    variables.set("INVOICES_API_URL", "http://127.0.0.1:4003");
    let config = Config::from_variables(&variables, &declared).unwrap();
    assert!(config.api("INVOICES").is_some());
    diagnosis
}

/// Returns the signed-in user of a browser, as a handler of the site receives it.
async fn user_of(env: &TestEnv, browser: &Browser) -> SignedInUser {
    type Seen = Arc<Mutex<Option<SignedInUser>>>;
    async fn see(State(seen): State<Seen>, user: SignedInUser) {
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(user);
    }
    let seen = Seen::default();
    let page = Router::new()
        .route("/seen", get(see))
        .with_state(seen.clone());
    let session = format!("session={}", browser.cookie("session").unwrap());
    let request = Request::get("/seen")
        .header(header::HOST, env.host())
        .header(header::COOKIE, session);
    let request = request.body(Body::empty()).unwrap();
    let response = env.auth0.wrap(page).oneshot(request).await;
    assert_eq!(response.unwrap().status(), 200);
    let user = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    user.unwrap()
}

pub(crate) async fn an_api_without_variables_is_not_called() -> ReportedDiagnosis {
    let env = TestEnv::with(restartable).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let page = alice.open("/products").await;
    let diagnosis = reported::in_response(&alice.get_json("/api/orders").await);
    reported::assert_on_page(&page, &diagnosis);
    // An API that is configured to be absent is no error.
    let errors = env.log.lines_with(&[" ERROR ", diagnosis.code.as_str()]);
    assert!(errors.is_empty(), "{errors:?}");
    let diagnosis = reported::as_local(&env, diagnosis);
    assert_says(
        &diagnosis,
        &["ORDERS_API_URL is not set"],
        &["Set ORDERS_API_URL to its base URL and ORDERS_API_AUDIENCE to its Identifier"],
    );
    let _world = apply_fix(env, &alice, TestEnvBuilder::add_orders).await;
    alice.get_json("/api/orders").await.assert_status(200);
    diagnosis
}

pub(crate) async fn a_second_api_without_an_audience_gets_no_token() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.add_orders();
        builder.variables.remove("ORDERS_API_AUDIENCE");
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::by_call(&env, &alice, "/api/orders").await;
    assert_says(
        &diagnosis,
        &["ORDERS_API_AUDIENCE is not set"],
        &["Set ORDERS_API_AUDIENCE to the Identifier of the API"],
    );
    // The first API still works, and the current login suffices for both.
    alice.get_json("/api/products").await.assert_status(200);
    let env = env.restart(TestEnvBuilder::add_orders).await;
    alice.get_json("/api/orders").await.assert_status(200);
    assert_eq!(env.orders_requests.entries().len(), 1);
    diagnosis
}
