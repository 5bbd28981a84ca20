//! Orders that are placed once, again, and after a login.

use serde_json::Value;

use super::super::forms::names;
use super::{ORDER, env_with_orders, first_form, listed, orders};
use crate::browser::{ALICE, BOB, PASSWORD};

#[tokio::test]
async fn the_server_function_returns_the_orders_of_the_api() {
    let env = env_with_orders().await;
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
async fn a_form_that_is_sent_twice_places_one_order() {
    let env = env_with_orders().await;
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
    let mut env = env_with_orders().await;
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
    let env = env_with_orders().await;
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
