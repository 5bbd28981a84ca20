//! Two APIs on one page: each has its own audience, and gets its own access token of the same login.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::forms::names;
use crate::{
    browser::{ALICE, Answer, BOB, PASSWORD, Person},
    html::Form,
    test_env::{Entry, Ledger, ORDERS_API, PRODUCTS_API, Plan, World},
};

const ORDER: &str = "/api/orders";

/// What the token of a call says of itself. Whether it is right, the API has judged.
pub(crate) fn claims(call: &Entry) -> Value {
    let payload = call.bearer().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn scope_of(call: &Entry) -> BTreeSet<String> {
    let claims = claims(call);
    let scope = claims["scope"].as_str().unwrap();
    scope.split(' ').map(str::to_owned).collect()
}

/// Whether the tokens of all calls are for `audience`, and for no other API.
fn are_all_for(calls: &Ledger, audience: &str, other: &str) -> bool {
    let calls = calls.entries();
    !calls.is_empty()
        && calls.iter().all(|call| {
            let audiences = &claims(call)["aud"];
            let has = |api: &str| match audiences {
                Value::Array(all) => all.contains(&json!(api)),
                one => one == api,
            };
            has(audience) && !has(other)
        })
}

/// What the section *My orders* says, line by line.
fn orders(page: &Answer) -> Vec<String> {
    let section = page.html().texts_where("class", "orders").remove(0);
    let lines = section.split(" × ").skip(1);
    lines
        .map(|line| line.split(" 20").next().unwrap().to_owned())
        .collect()
}

fn section(page: &Answer) -> String {
    page.html().texts_where("class", "orders").remove(0)
}

/// The form that orders the first product of the page.
fn first_form(page: &Answer) -> Form {
    page.html().form_with(ORDER, "product", &names(page)[0])
}

/// What the API has, as the site reads it.
async fn listed(person: &Person) -> Vec<Value> {
    let list = person.get_json(ORDER).await.is(200).json();
    list["orders"].as_array().unwrap().clone()
}

async fn world_with_orders() -> World {
    World::with(Plan::add_orders).await
}

#[tokio::test]
async fn two_apis_are_on_one_page_and_each_gets_its_own_token() {
    let world = world_with_orders().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    assert_eq!(names(&page).len(), 20);
    assert_eq!(orders(&page).len(), 5, "{}", section(&page));
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);

    assert!(are_all_for(&world.at_api, PRODUCTS_API, ORDERS_API));
    assert!(are_all_for(&world.at_orders, ORDERS_API, PRODUCTS_API));
    let asked = world.at_orders.entries().pop().unwrap();
    assert_eq!(claims(&asked)["sub"], "auth0|alice");
    assert!(
        !scope_of(&asked).contains("write:orders"),
        "reading asks for no more than it needs"
    );

    // One login, and one exchange of its refresh token for the other audience.
    let granted = world.at_tenant.of(&Method::POST, "/oauth/token");
    let [_, exchange] = &granted[..] else {
        panic!("{granted:?}")
    };
    assert_eq!(exchange.field("audience").as_deref(), Some(ORDERS_API));
    alice.open("/products").await.is(200);
    assert_eq!(world.at_tenant.of(&Method::POST, "/oauth/token").len(), 2);
}

#[tokio::test]
async fn the_orders_for_programs_are_what_the_api_answered() {
    let world = world_with_orders().await;
    let (alice, bob) = (world.person(), world.person());
    alice.log_in(ALICE).await.is(200);
    let hers = alice.get_json(ORDER).await.is(200);
    let answered = world.at_orders.entries().pop().unwrap();
    let answered: Value = serde_json::from_slice(&answered.answer).unwrap();
    assert_eq!(hers.json(), answered);
    assert_eq!(answered["owner"], "auth0|alice");

    bob.log_in(BOB).await.is(200);
    let his = bob.get_json(ORDER).await.is(200).json();
    assert_eq!(his["owner"], "auth0|bob");
    assert_ne!(his["orders"], answered["orders"]);
    // Opened like a page, it is still the list.
    assert_eq!(bob.visit(ORDER).await.is(200).json(), his);
}

#[tokio::test]
async fn an_order_is_one_button_and_needs_its_extra_scope_in_that_call_only() {
    let world = world_with_orders().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let product = names(&page)[0].clone();
    for round in 1..=2 {
        let page = alice.open("/products").await.is(200);
        let form = first_form(&page);
        let key = form.fields["idempotency_key"].clone();
        let answer = alice.submit(&page, form, &[]).await.is(303);
        assert_eq!(answer.location(), "/products");
        let page = alice.follow(&answer).await.is(200);
        assert_eq!(orders(&page).len(), 5 + round);
        assert!(
            orders(&page)[0].starts_with(&format!("{product} placed")),
            "{:?}",
            orders(&page)
        );

        let placed = world.at_orders.of(&Method::POST, "/orders").pop().unwrap();
        let sent: Value = serde_json::from_slice(&placed.body).unwrap();
        assert_eq!(sent, json!({ "product": product, "quantity": 1 }));
        assert_eq!(placed.headers["idempotency-key"], format!("\"{key}\""));
        assert!(scope_of(&placed).is_superset(&BTreeSet::from(
            ["read:orders", "write:orders"].map(str::to_owned)
        )));
    }
    let reads = world.at_orders.of(&Method::GET, "/orders");
    assert!(
        reads
            .iter()
            .all(|read| !scope_of(read).contains("write:orders"))
    );
    assert!(are_all_for(&world.at_orders, ORDERS_API, PRODUCTS_API));
    // The token of the login, the one to read with, the one to order with.
    assert_eq!(world.at_tenant.of(&Method::POST, "/oauth/token").len(), 3);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_order() {
    let world = world_with_orders().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let send = || async { alice.submit(&page, first_form(&page), &[]).await };
    for answer in [send().await, send().await] {
        assert_eq!(answer.is(303).location(), "/products");
    }
    let (first, second) = tokio::join!(send(), send());
    first.is(303);
    second.is(303);
    assert_eq!(listed(&alice).await.len(), 6);

    // Another product's form on the same page is another order, and so is the same one on a new page.
    let other = page.html().form_with(ORDER, "product", &names(&page)[1]);
    alice.submit(&page, other, &[]).await.is(303);
    let again = alice.open("/products").await.is(200);
    alice.submit(&again, first_form(&again), &[]).await.is(303);
    assert_eq!(listed(&alice).await.len(), 8);
}

#[tokio::test]
async fn an_order_that_did_not_arrive_can_be_sent_again_from_the_page_it_comes_back_to() {
    let mut world = world_with_orders().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let key = first_form(&page).fields["idempotency_key"].clone();
    world.stop_orders().await;
    let answer = alice.submit(&page, first_form(&page), &[]).await.is(303);
    assert_eq!(answer.location(), "/products?error=api_bad_answer");
    let page = alice.follow(&answer).await;
    let told = page.html().texts_where("role", "alert");
    assert!(
        told.iter()
            .any(|told| told.contains("could not be reached")),
        "{told:?}"
    );
    assert_eq!(first_form(&page).fields["idempotency_key"], key);

    world.start_orders();
    alice.submit(&page, first_form(&page), &[]).await.is(303);
    assert_eq!(listed(&alice).await.len(), 6);
    let next = alice.open("/products").await.is(200);
    assert_ne!(first_form(&next).fields["idempotency_key"], key);
}

#[tokio::test]
async fn an_order_that_meets_the_end_of_the_session_comes_back_after_the_login() {
    let world = world_with_orders().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    let key = first_form(&page).fields["idempotency_key"].clone();
    alice.log_out().await.is(200);
    let answer = alice.submit(&page, first_form(&page), &[]).await.is(303);
    assert_eq!(answer.location(), "/auth/login?returnTo=%2Fproducts");
    let login = alice.arrive(answer).await.is(200);
    let page = alice.fill_in(&login, ALICE, PASSWORD).await.is(200);
    assert!(
        page.html().text().contains("Your session had ended"),
        "{}",
        page.html().text()
    );
    assert_eq!(first_form(&page).fields["idempotency_key"], key);
    assert_eq!(orders(&page).len(), 5);
}

#[tokio::test]
async fn one_api_that_is_down_leaves_the_other_part_of_the_page_as_it_is() {
    let mut world = world_with_orders().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let sentence = "The service behind this page could not be reached.";

    world.stop_orders().await;
    let page = alice.open("/products").await.is(200);
    assert_eq!(names(&page).len(), 20);
    assert!(section(&page).contains(sentence), "{}", section(&page));
    alice.get_json(ORDER).await.is(502);
    world.start_orders();

    world.stop_api().await;
    let page = alice.open("/products").await.is(502);
    assert!(page.html().text().contains(sentence));
    assert_eq!(orders(&page).len(), 5);
    world.start_api();
    assert_eq!(names(&alice.open("/products").await.is(200)).len(), 20);
}

#[tokio::test]
async fn a_site_without_an_orders_api_says_how_to_have_one() {
    let world = World::start().await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    assert_eq!(names(&page).len(), 20);
    // Nothing is wrong, so nothing is alarming.
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);
    let told = section(&page);
    for words in [
        "ORDERS_API_URL is not set",
        "How to fix it",
        "ORDERS_API_AUDIENCE",
    ] {
        assert!(told.contains(words), "{words} is not in: {told}");
    }
    let refused = alice.get_json(ORDER).await.is(500).json();
    assert_eq!(refused["explanation"]["code"], "api_not_configured");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_good_for_the_orders_is_explained_in_their_section() {
    let world = World::with(|plan| {
        plan.add_orders();
        plan.tenant.applications[0].multi_resource.clear();
    })
    .await;
    let alice = world.person();
    let page = alice.log_in(ALICE).await.is(200);
    assert_eq!(names(&page).len(), 20);
    let told = section(&page);
    for words in [
        ORDERS_API,
        "The refresh token of this login is not good for",
        "Multi-Resource Refresh Token",
        // The fix ends with it, so it is there to be clicked.
        "log in again. Log in again",
    ] {
        assert!(told.contains(words), "{words} is not in: {told}");
    }
    let refused = alice.get_json(ORDER).await.is(500).json();
    assert_eq!(
        refused["explanation"]["code"],
        "refresh_not_allowed_for_api"
    );
    assert_eq!(
        world.at_orders.entries().len(),
        0,
        "the token of the products never goes to the orders"
    );
}
