//! APIs that refuse, and APIs of which too little is known.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Router, body::Body, extract::State, routing::get};
use axum_auth0::{Api, ApiRegistration, Config, Diagnosis, SignedInUser, TokenError};
use http::{Request, header};
use tower::ServiceExt as _;

use super::{
    fixes::{mended, to_be_mended},
    reported,
    reported::says,
};
use crate::{
    browser::{ALICE, Person},
    test_env::{Plan, World},
};

const NEW_API: &str = "https://products-2.example.com";

/// An API that the sample does not declare.
enum InvoicesApi {}

impl Api for InvoicesApi {
    const ENV_PREFIX: &'static str = "INVOICES";
    const SCOPES: &'static [&'static str] = &["read:invoices"];
}

pub(crate) async fn an_api_that_checks_another_audience_refuses_the_token() -> Diagnosis {
    let renamed = |plan: &mut Plan| {
        let mut renamed = plan.products_at_tenant().clone();
        NEW_API.clone_into(&mut renamed.identifier);
        plan.tenant.apis.push(renamed);
        plan.set("AUTH0_AUDIENCE", NEW_API);
    };
    let world = World::with(|plan| {
        to_be_mended(plan);
        renamed(plan);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "`https://products-2.example.com`",
            "It says: “the access token was not issued for this API",
        ],
        &[
            "Set AUTH0_AUDIENCE to the identifier that this API checks",
            "let the API check",
        ],
    );
    assert!(world.at_api.entries().iter().all(|call| call.status == 401));
    let world = mended(world, &alice, |_| {}).await;
    mended(world, &alice, |plan| {
        renamed(plan);
        NEW_API.clone_into(&mut plan.api_audience);
    })
    .await;
    told
}

pub(crate) async fn an_api_that_was_not_declared_has_no_settings() -> Diagnosis {
    let mut variables = None;
    let world = World::with(|plan| variables = Some(plan.variables.clone())).await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let refused = user_of(&world, &alice)
        .await
        .access_token::<InvoicesApi>()
        .await;
    let Err(TokenError::Misconfigured(told)) = refused else {
        panic!("{refused:?}")
    };
    reported::is_logged(&world, " ERROR ", &told);
    says(
        &told,
        &["the API INVOICES", "did not declare"],
        &[".api::<…>()"],
    );

    let [products, orders] = app::server::apis();
    let declared = [products, orders, ApiRegistration::further::<InvoicesApi>()];
    let mut variables = variables.unwrap();
    variables.set("INVOICES_API_URL", "http://127.0.0.1:4003");
    let config = Config::from_variables(&variables, &declared).unwrap();
    assert!(config.api("INVOICES").is_some());
    *told
}

/// The person as the site's own code sees them.
async fn user_of(world: &World, person: &Person) -> SignedInUser {
    type Seen = Arc<Mutex<Option<SignedInUser>>>;
    async fn see(State(seen): State<Seen>, user: SignedInUser) {
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(user);
    }
    let seen = Seen::default();
    let page = Router::new()
        .route("/seen", get(see))
        .with_state(seen.clone());
    let session = format!("session={}", person.cookie("session").unwrap());
    let request = Request::get("/seen")
        .header(header::HOST, world.host())
        .header(header::COOKIE, session);
    let request = request.body(Body::empty()).unwrap();
    let answer = world.auth0.wrap(page, &[]).oneshot(request).await;
    assert_eq!(answer.unwrap().status(), 200);
    let user = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    user.unwrap()
}

pub(crate) async fn an_api_without_variables_is_not_called() -> Diagnosis {
    let world = World::with(to_be_mended).await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let told = reported::by_call(&world, &alice, "/api/orders").await;
    says(
        &told,
        &["ORDERS_API_URL is not set"],
        &["Set ORDERS_API_URL to its base URL and ORDERS_API_AUDIENCE to its Identifier"],
    );
    let _world = mended(world, &alice, Plan::add_orders).await;
    alice.get_json("/api/orders").await.is(200);
    told
}

pub(crate) async fn a_second_api_without_an_audience_gets_no_token() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.add_orders();
        plan.variables.remove("ORDERS_API_AUDIENCE");
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::by_call(&world, &alice, "/api/orders").await;
    says(
        &told,
        &["ORDERS_API_AUDIENCE is not set"],
        &["Set ORDERS_API_AUDIENCE to the Identifier of the API"],
    );
    // Nothing is wrong with the first one, and the login that is there will do for both.
    alice.get_json("/api/products").await.is(200);
    let world = world.start_again(Plan::add_orders).await;
    alice.get_json("/api/orders").await.is(200);
    assert_eq!(world.at_orders.entries().len(), 1);
    told
}
