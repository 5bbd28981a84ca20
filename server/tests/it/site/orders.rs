//! Two APIs on one page: each has its own audience and gets its own access token from the same login.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::forms::names;
use crate::{
    browser::{ALICE, BOB, Browser, PASSWORD, Response},
    html::Form,
    test_env::{ORDERS_API, PRODUCTS_API, RecordedExchange, RequestLog, TestEnv, TestEnvBuilder},
};

const ORDER: &str = "/api/orders";

/// Returns the unverified claims of a call's token. The API has verified it.
pub(crate) fn claims(call: &RecordedExchange) -> Value {
    let payload = call.bearer_token().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn scope_of(call: &RecordedExchange) -> BTreeSet<String> {
    let claims = claims(call);
    let scope = claims["scope"].as_str().unwrap();
    scope.split(' ').map(str::to_owned).collect()
}

/// Returns whether the tokens of all calls are for `audience` and for no other API.
fn are_all_for(calls: &RequestLog, audience: &str, other: &str) -> bool {
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

/// Returns the lines of the section *My orders*.
fn orders(page: &Response) -> Vec<String> {
    let section = page.html().texts_where("class", "orders").remove(0);
    let lines = section.split(" × ").skip(1);
    lines
        .map(|line| line.split(" 20").next().unwrap().to_owned())
        .collect()
}

fn section(page: &Response) -> String {
    page.html().texts_where("class", "orders").remove(0)
}

/// Returns the form that orders the first product of the page.
fn first_form(page: &Response) -> Form {
    page.html().form_with(ORDER, "product", &names(page)[0])
}

/// Returns the orders from the API, as the site reads them.
async fn listed(browser: &Browser) -> Vec<Value> {
    let list = browser.get_json(ORDER).await.assert_status(200).json();
    list["orders"].as_array().unwrap().clone()
}

async fn world_with_orders() -> TestEnv {
    TestEnv::with(TestEnvBuilder::add_orders).await
}

#[tokio::test]
async fn two_apis_are_on_one_page_and_each_gets_its_own_token() {
    let env = world_with_orders().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    assert_eq!(orders(&page).len(), 5, "{}", section(&page));
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);

    assert!(are_all_for(
        &env.products_requests,
        PRODUCTS_API,
        ORDERS_API
    ));
    assert!(are_all_for(&env.orders_requests, ORDERS_API, PRODUCTS_API));
    let asked = env.orders_requests.entries().pop().unwrap();
    assert_eq!(claims(&asked)["sub"], "auth0|alice");
    assert!(
        !scope_of(&asked).contains("write:orders"),
        "reading asks for no more than it needs"
    );

    // One login, and one refresh for the other audience.
    let granted = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    let [_, exchange] = &granted[..] else {
        panic!("{granted:?}")
    };
    assert_eq!(exchange.form_field("audience").as_deref(), Some(ORDERS_API));
    alice.open("/products").await.assert_status(200);
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        2
    );
}

#[tokio::test]
async fn the_server_function_returns_the_orders_of_the_api() {
    let env = world_with_orders().await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    let hers = alice.get_json(ORDER).await.assert_status(200);
    let response_field = env.orders_requests.entries().pop().unwrap();
    let response_field: Value = serde_json::from_slice(&response_field.response_body).unwrap();
    assert_eq!(hers.json(), response_field);
    assert_eq!(response_field["owner"], "auth0|alice");

    bob.log_in(BOB).await.assert_status(200);
    let his = bob.get_json(ORDER).await.assert_status(200).json();
    assert_eq!(his["owner"], "auth0|bob");
    assert_ne!(his["orders"], response_field["orders"]);
    // A navigation gets the list as well.
    assert_eq!(bob.visit(ORDER).await.assert_status(200).json(), his);
}

#[tokio::test]
async fn an_order_requires_its_extra_scope_in_that_call_only() {
    let env = world_with_orders().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let product = names(&page)[0].clone();
    for round in 1..=2 {
        let page = alice.open("/products").await.assert_status(200);
        let form = first_form(&page);
        let key = form.fields["idempotency_key"].clone();
        let response = alice.submit(&page, form, &[]).await.assert_status(302);
        assert_eq!(response.location(), "/products?done=ordered");
        let page = alice.follow(&response).await.assert_status(200);
        assert_eq!(orders(&page).len(), 5 + round);
        assert!(
            orders(&page)[0].starts_with(&format!("{product} placed")),
            "{:?}",
            orders(&page)
        );

        let placed = env
            .orders_requests
            .matching(&Method::POST, "/orders")
            .pop()
            .unwrap();
        let sent: Value = serde_json::from_slice(&placed.body).unwrap();
        assert_eq!(sent, json!({ "product": product, "quantity": 1 }));
        assert_eq!(placed.headers["idempotency-key"], format!("\"{key}\""));
        assert!(scope_of(&placed).is_superset(&BTreeSet::from(
            ["read:orders", "write:orders"].map(str::to_owned)
        )));
    }
    let reads = env.orders_requests.matching(&Method::GET, "/orders");
    assert!(
        reads
            .iter()
            .all(|read| !scope_of(read).contains("write:orders"))
    );
    assert!(are_all_for(&env.orders_requests, ORDERS_API, PRODUCTS_API));
    // The token of the login, the one for reading, the one for ordering.
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        3
    );
}

#[tokio::test]
async fn a_form_that_is_sent_twice_places_one_order() {
    let env = world_with_orders().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let send = || async { alice.submit(&page, first_form(&page), &[]).await };
    for response in [send().await, send().await] {
        let response = response.assert_status(302);
        assert_eq!(response.location(), "/products?done=ordered");
    }
    let (first, second) = tokio::join!(send(), send());
    first.assert_status(302);
    second.assert_status(302);
    assert_eq!(listed(&alice).await.len(), 6);

    // The form of another product, or of a new page, is another order.
    let other = page.html().form_with(ORDER, "product", &names(&page)[1]);
    alice.submit(&page, other, &[]).await.assert_status(302);
    let again = alice.open("/products").await.assert_status(200);
    alice
        .submit(&again, first_form(&again), &[])
        .await
        .assert_status(302);
    assert_eq!(listed(&alice).await.len(), 8);
}

#[tokio::test]
async fn an_order_that_failed_can_be_sent_again() {
    let mut env = world_with_orders().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let key = first_form(&page).fields["idempotency_key"].clone();
    env.stop_orders().await;
    let response = alice
        .submit(&page, first_form(&page), &[])
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/products");
    let page = alice.follow(&response).await;
    let message = page.html().texts_where("role", "alert");
    assert!(
        message
            .iter()
            .any(|message| message.contains("could not be reached")),
        "{message:?}"
    );
    assert_eq!(first_form(&page).fields["idempotency_key"], key);

    env.start_orders();
    alice
        .submit(&page, first_form(&page), &[])
        .await
        .assert_status(302);
    assert_eq!(listed(&alice).await.len(), 6);
    let next = alice.open("/products").await.assert_status(200);
    assert_ne!(first_form(&next).fields["idempotency_key"], key);
}

#[tokio::test]
async fn an_order_sent_after_the_session_ended_is_restored_after_the_login() {
    let env = world_with_orders().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let key = first_form(&page).fields["idempotency_key"].clone();
    alice.log_out().await.assert_status(200);
    let response = alice
        .submit(&page, first_form(&page), &[])
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
    let login = alice.follow_redirects(response).await.assert_status(200);
    let page = alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    assert!(
        page.html().text().contains("Your session had ended"),
        "{}",
        page.html().text()
    );
    assert_eq!(first_form(&page).fields["idempotency_key"], key);
    assert_eq!(orders(&page).len(), 5);
}

#[tokio::test]
async fn an_outage_of_one_api_leaves_the_rest_of_the_page_intact() {
    let mut env = world_with_orders().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let sentence = "The service behind this page could not be reached.";

    env.stop_orders().await;
    let page = alice.open("/products").await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    assert!(section(&page).contains(sentence), "{}", section(&page));
    alice.get_json(ORDER).await.assert_status(502);
    env.start_orders();

    env.stop_api().await;
    let page = alice.open("/products").await.assert_status(502);
    assert!(page.html().text().contains(sentence));
    assert_eq!(orders(&page).len(), 5);
    env.start_api();
    assert_eq!(
        names(&alice.open("/products").await.assert_status(200)).len(),
        20
    );
}

#[tokio::test]
async fn a_site_without_an_orders_api_says_how_to_configure_one() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    // There is no error, so there is no alert.
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);
    let message = section(&page);
    for words in [
        "ORDERS_API_URL is not set",
        "How to fix it",
        "ORDERS_API_AUDIENCE",
    ] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    let refused = alice.get_json(ORDER).await.assert_status(500).json();
    assert_eq!(refused["details"]["code"], "api_not_configured");
}

#[tokio::test]
async fn a_refresh_token_that_does_not_cover_the_orders_is_explained_in_their_section() {
    let env = TestEnv::with(|builder| {
        builder.add_orders();
        builder.tenant.applications[0].multi_resource.clear();
    })
    .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    let message = section(&page);
    for words in [
        ORDERS_API,
        "The refresh token of this login is not good for",
        "Multi-Resource Refresh Token",
        // The fix ends with the URL, which is a link.
        "log in again. Log in again",
    ] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    let refused = alice.get_json(ORDER).await.assert_status(500).json();
    assert_eq!(refused["details"]["code"], "refresh_not_allowed_for_api");
    assert_eq!(
        env.orders_requests.entries().len(),
        0,
        "the token of the products never goes to the orders"
    );
}
