//! For which API a token is: the question that this project is about.

use axum::Router;
use axum_auth0::{
    Diagnosis, Expectation,
    clock::{Clock as _, SystemClock},
    diagnose,
};
use reqwest::Method;
use tenant::ApiSettings;

use super::{
    fixes::{long_ago, mended, signed_in, to_be_mended, works},
    modified_tenant::{StandIn, without_audience},
    reported,
    reported::says,
};
use crate::{
    browser::{ALICE, Person},
    test_env::{ORDERS_API, PRODUCTS_API, Plan, World},
};

const STOCK_API: &str = "https://stock.example.com";

pub(crate) async fn a_login_without_an_audience_gets_no_token_for_the_api() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.variables.remove("AUTH0_AUDIENCE");
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "AUTH0_AUDIENCE is not set",
            "opaque string, not a JWT",
            "Default Audience",
        ],
        &["Set AUTH0_AUDIENCE to the Identifier of your API"],
    );
    assert_eq!(
        world.at_api.entries().len(),
        0,
        "a token for nobody is sent to nobody"
    );

    // The old login asked for nothing, and only a new one can.
    let world = world.start_again(|_| {}).await;
    let refused = alice.get_json("/api/products").await.is(401);
    assert_eq!(refused.code(), "sign_in_required");
    works(&alice).await;
    assert_eq!(world.at_api.entries().len(), 2);
    told
}

pub(crate) async fn an_audience_that_no_api_has_is_refused_at_login() -> Diagnosis {
    // What people take for the identifier: the address of the API.
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set("AUTH0_AUDIENCE", "https://products.example.com/api");
    })
    .await;
    let alice = world.person();
    let page = alice.open("/products").await;
    let told = reported::at_login(&world, &page);
    says(
        &told,
        &["`https://products.example.com/api`, which AUTH0_AUDIENCE names"],
        &[
            "Set AUTH0_AUDIENCE to the Identifier of an API",
            "to the letter",
        ],
    );
    let world = mended(world, &alice, |_| {}).await;

    // The other way: registered as it is named.
    let register = |plan: &mut Plan| {
        plan.set("AUTH0_AUDIENCE", STOCK_API);
        STOCK_API.clone_into(&mut plan.api_audience);
        STOCK_API.clone_into(&mut plan.products_at_tenant().identifier);
    };
    mended(world, &alice, register).await;
    told
}

pub(crate) async fn an_api_that_was_deleted_is_missed_at_the_next_refresh() -> Diagnosis {
    let world = World::with(long_ago).await;
    let alice = signed_in(&world).await;
    let world = world
        .start_again(|plan| {
            plan.tenant
                .apis
                .retain(|api| api.identifier != PRODUCTS_API);
        })
        .await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &["knows no API with the identifier `https://products.example.com`"],
        &["register the API there"],
    );
    mended(world, &alice, |_| {}).await;
    told
}

pub(crate) async fn auth0_does_not_listen_to_resource() -> Diagnosis {
    let by_resource = |plan: &mut Plan| plan.set("AUTH0_AUDIENCE_PARAMETER", "resource");
    let world = World::with(|plan| {
        to_be_mended(plan);
        by_resource(plan);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "`resource=https://products.example.com` was sent",
            "Auth0 ignores",
        ],
        &[
            "Remove AUTH0_AUDIENCE_PARAMETER",
            "Resource Parameter Compatibility Profile",
        ],
    );
    let world = mended(world, &alice, |_| {}).await;
    mended(world, &alice, |plan| {
        by_resource(plan);
        plan.tenant.resource_parameter = true;
    })
    .await;
    told
}

pub(crate) async fn a_login_that_names_no_api_gets_the_default_audience() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.variables.remove("AUTH0_AUDIENCE");
        plan.set("PRODUCTS_API_AUDIENCE", PRODUCTS_API);
        default_audience(plan, STOCK_API);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "`https://products.example.com` was asked for",
            "issued one for `https://stock.example.com`",
            "Default Audience",
        ],
        &["Set AUTH0_AUDIENCE", "API Authorization Settings"],
    );
    mended(world, &alice, |plan| default_audience(plan, STOCK_API)).await;
    told
}

/// A provider of the manner of RFC 8707, which has a token for `audience` where a request names no API.
async fn of_another_manner(change: impl FnOnce(&mut Plan)) -> (World, StandIn) {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant_is_up = false;
        plan.tenant.resource_parameter = true;
        change(plan);
    })
    .await;
    let provider: Router = without_audience(world.tenant.router());
    let stand_in = StandIn::at_tenant_of(&world, provider);
    (world, stand_in)
}

/// The same provider with the fix: it is asked as it wants to be.
async fn asked_by_resource(
    (world, stand_in): (World, StandIn),
    person: &Person,
    change: impl FnOnce(&mut Plan),
) {
    stand_in.go().await;
    mended(world, person, |plan| {
        plan.tenant.resource_parameter = true;
        change(plan);
        plan.set("AUTH0_AUDIENCE_PARAMETER", "resource");
    })
    .await;
}

fn default_audience(plan: &mut Plan, audience: &str) {
    if !plan
        .tenant
        .apis
        .iter()
        .any(|api| api.identifier == audience)
    {
        let api = ApiSettings::new(
            audience,
            "Another API",
            &["read:products", "write:products"],
        );
        plan.tenant.apis.push(api);
    }
    plan.tenant.default_audience = Some(audience.to_owned());
}

pub(crate) async fn a_provider_that_takes_no_audience_issues_a_token_for_another_api() -> Diagnosis
{
    let change = |plan: &mut Plan| {
        plan.set("ORDERS_API_URL", "http://127.0.0.1:4002");
        plan.set("ORDERS_API_AUDIENCE", ORDERS_API);
        default_audience(plan, ORDERS_API);
    };
    let (world, stand_in) = of_another_manner(change).await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "`https://products.example.com` was asked for",
            "issued one for `https://orders.example.com`",
        ],
        &["Check AUTH0_AUDIENCE", "AUTH0_AUDIENCE_PARAMETER=resource"],
    );
    let one_api = |plan: &mut Plan| default_audience(plan, ORDERS_API);
    asked_by_resource((world, stand_in), &alice, one_api).await;
    told
}

pub(crate) async fn a_token_is_shown_to_another_api_than_its_own() -> Diagnosis {
    let world = World::with(Plan::add_orders).await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let config = world.auth0.config();
    let [products, orders] = ["PRODUCTS", "ORDERS"].map(|name| config.api(name).unwrap());
    let now = SystemClock.unix_seconds();
    let of_products = world.at_api.of(&Method::GET, "/products").remove(0);
    let of_orders = world.at_orders.of(&Method::GET, "/orders").remove(0);
    let [of_products, of_orders] = [&of_products, &of_orders].map(|call| call.bearer().unwrap());

    diagnose(of_products, &Expectation::new(config, products, now)).unwrap();
    diagnose(of_orders, &Expectation::new(config, orders, now)).unwrap();
    let told = diagnose(of_orders, &Expectation::new(config, products, now)).unwrap_err();
    let reverse = diagnose(of_products, &Expectation::new(config, orders, now)).unwrap_err();
    assert_eq!(reverse.code, told.code);
    says(
        &told,
        &[
            "is for `https://orders.example.com`",
            "not for the audience `https://products.example.com`",
        ],
        &["access_token::<…>()", "AUTH0_AUDIENCE"],
    );
    reported::as_local(&world, told)
}

pub(crate) async fn a_provider_that_takes_no_audience_issues_a_token_for_its_userinfo() -> Diagnosis
{
    let change = |plan: &mut Plan| {
        let userinfo = format!("{}userinfo", plan.tenant.issuer);
        default_audience(plan, &userinfo);
    };
    let (world, stand_in) = of_another_manner(change).await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "the provider's own /userinfo only",
            "`https://products.example.com`",
        ],
        &["Check that AUTH0_AUDIENCE", "AUTH0_AUDIENCE_PARAMETER"],
    );
    asked_by_resource((world, stand_in), &alice, change).await;
    told
}

pub(crate) async fn a_provider_that_takes_no_audience_issues_an_opaque_token() -> Diagnosis {
    let (world, stand_in) = of_another_manner(|_| {}).await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "`https://products.example.com` was asked for",
            "opaque access token instead of a JWT",
        ],
        &[
            "AUTH0_AUDIENCE_PARAMETER=resource",
            "PRODUCTS_API_TOKEN_FORMAT=opaque",
        ],
    );
    asked_by_resource((world, stand_in), &alice, |_| {}).await;
    told
}
