//! The token of each API, and its scopes.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::super::forms::names;
use super::{ORDER, claims, env_with_orders, first_form, orders, section};
use crate::{
    browser::ALICE,
    test_env::{ORDERS_API, PRODUCTS_API, RecordedExchange, RequestLog, TestEnv},
};

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

#[tokio::test]
async fn two_apis_are_on_one_page_and_each_gets_its_own_token() {
    let env = env_with_orders().await;
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
async fn an_order_requires_its_extra_scope_in_that_call_only() {
    let env = env_with_orders().await;
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
