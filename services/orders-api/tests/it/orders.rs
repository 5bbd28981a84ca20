//! Orders: seen, placed, placed twice, and only one's own.

use std::collections::HashSet;

use orders_api::Database;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use test_support::api_contract::{ApiTestEnv, JsonResponse, send};

use crate::test_env::{SCOPES, TODAY, list_orders, restart, start, start_with};

const ALICE: &str = "auth0|alice";
const BOB: &str = "auth0|bob";

fn two_desks() -> Value {
    json!({"product": "Walnut desk", "quantity": 2})
}

async fn place(env: &ApiTestEnv, subject: &str, order: &Value, key: &str) -> JsonResponse {
    let request = env
        .request(Method::POST, "/orders")
        .bearer_auth(env.token(subject, SCOPES))
        .header("idempotency-key", key);
    send(request.json(order)).await
}

#[tokio::test]
async fn each_user_finds_five_orders_of_their_own_newest_first() {
    let env = start().await;
    let (alice, bob) = (list_orders(&env, ALICE).await, list_orders(&env, BOB).await);
    assert_eq!((alice.len(), bob.len()), (5, 5));
    let products = |orders: &[Value]| -> HashSet<String> {
        orders
            .iter()
            .map(|order| order["product"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_ne!(products(&alice), products(&bob));
    let ids: HashSet<_> = alice.iter().chain(&bob).map(|order| &order["id"]).collect();
    assert_eq!(ids.len(), 10);
    for order in &alice {
        let members: HashSet<_> = order
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            members,
            HashSet::from(["id", "product", "quantity", "status", "placedAt"])
        );
    }
    let days: Vec<_> = alice
        .iter()
        .map(|order| order["placedAt"].as_str().unwrap())
        .collect();
    assert!(days.is_sorted_by(|newer, older| newer >= older), "{days:?}");
    assert!(days[0] <= TODAY && days[4] > "2026-09-01", "{days:?}");
    let statuses: Vec<_> = alice.iter().map(|order| &order["status"]).collect();
    assert_eq!(
        statuses,
        ["placed", "shipped", "delivered", "delivered", "delivered"]
    );
    assert_eq!(list_orders(&env, ALICE).await, alice);
}

#[tokio::test]
async fn the_same_subject_of_another_issuer_is_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("orders.db"));
    let one = start_with(database.clone()).await;
    one.send_as(ALICE, Method::POST, "/orders", Some(two_desks()))
        .await;
    assert_eq!(list_orders(&one, ALICE).await.len(), 6);
    let other = start_with(database).await;
    assert_eq!(list_orders(&other, ALICE).await.len(), 5);
}

#[tokio::test]
async fn a_new_user_who_asks_many_times_at_once_gets_five_orders() {
    let folder = tempfile::tempdir().unwrap();
    let env = start_with(Database::File(folder.path().join("deep/er/orders.db"))).await;
    let all = tokio::join!(
        list_orders(&env, ALICE),
        list_orders(&env, ALICE),
        list_orders(&env, ALICE),
        list_orders(&env, ALICE),
        list_orders(&env, ALICE),
        list_orders(&env, ALICE),
    );
    assert_eq!(all.0.len(), 5);
    assert_eq!(all.0, all.5);
    assert_eq!(list_orders(&env, ALICE).await, all.3);
}

#[tokio::test]
async fn an_order_is_placed_today_and_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("orders.db"));
    let env = start_with(database.clone()).await;
    let placed = env
        .send_as(ALICE, Method::POST, "/orders", Some(two_desks()))
        .await;
    assert_eq!(placed.status, StatusCode::CREATED);
    assert_eq!(placed.header("cache-control"), "private, no-store");
    let id = placed.body["id"].as_str().unwrap();
    assert_eq!(
        placed.body,
        json!({"id": id, "product": "Walnut desk", "quantity": 2, "status": "placed", "placedAt": TODAY})
    );
    let env = restart(env, database).await;
    let orders = list_orders(&env, ALICE).await;
    assert_eq!((orders.len(), &orders[0]), (6, &placed.body));
    assert_eq!(list_orders(&env, BOB).await.len(), 5);
}

#[tokio::test]
async fn the_same_key_of_the_same_user_places_one_order() {
    let env = start().await;
    let first = place(&env, ALICE, &two_desks(), "\"8e03978e\"").await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = place(&env, ALICE, &two_desks(), "8e03978e").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(list_orders(&env, ALICE).await.len(), 6);

    // A key is its user's own.
    let bobs = place(&env, BOB, &two_desks(), "8e03978e").await;
    assert_eq!(bobs.status, StatusCode::CREATED);
    assert_ne!(bobs.body["id"], first.body["id"]);
    // Another key is another order, and so is none.
    place(&env, ALICE, &two_desks(), "another").await;
    env.send_as(ALICE, Method::POST, "/orders", Some(two_desks()))
        .await;
    env.send_as(ALICE, Method::POST, "/orders", Some(two_desks()))
        .await;
    assert_eq!(list_orders(&env, ALICE).await.len(), 9);
}

#[tokio::test]
async fn one_key_sent_many_times_at_once_places_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let env = start_with(Database::File(folder.path().join("orders.db"))).await;
    let order = two_desks();
    let at_once = || place(&env, ALICE, &order, "k");
    let all = tokio::join!(at_once(), at_once(), at_once(), at_once(), at_once());
    for response in [&all.0, &all.1, &all.2, &all.3, &all.4] {
        assert_eq!(
            (response.status, &response.body),
            (StatusCode::CREATED, &all.0.body)
        );
    }
    assert_eq!(list_orders(&env, ALICE).await.len(), 6);
}

#[tokio::test]
async fn a_key_that_belongs_to_another_order_is_refused() {
    let env = start().await;
    place(&env, ALICE, &two_desks(), "k").await;
    let other = json!({"product": "Walnut desk", "quantity": 3});
    let rejected = place(&env, ALICE, &other, "k").await;
    assert_eq!(
        (rejected.status, rejected.body["error"].as_str()),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some("idempotency_key_reused")
        )
    );
    let wrong = place(&env, ALICE, &other, "two words").await;
    assert_eq!(
        (wrong.status, wrong.body["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_request"))
    );
    assert_eq!(list_orders(&env, ALICE).await.len(), 6);
}

#[tokio::test]
async fn the_two_hundred_and_first_order_is_a_conflict_and_a_repeated_one_is_not() {
    let env = start().await;
    // One token for all: signing is what takes time.
    let token = env.token(ALICE, "write:orders");
    for number in 5..200 {
        let request = env.request(Method::POST, "/orders").bearer_auth(&token);
        let request = request.header("idempotency-key", format!("order-{number}"));
        let placed = send(request.json(&two_desks())).await;
        assert_eq!(placed.status, StatusCode::CREATED);
    }
    let rejected = env
        .send_as(ALICE, Method::POST, "/orders", Some(two_desks()))
        .await;
    assert_eq!(
        (rejected.status, rejected.body["error"].as_str()),
        (StatusCode::CONFLICT, Some("too_many_orders"))
    );
    let repeated = place(&env, ALICE, &two_desks(), "order-199").await;
    assert_eq!(repeated.status, StatusCode::CREATED);
    assert_eq!(list_orders(&env, ALICE).await.len(), 200);
    let bobs = place(&env, BOB, &two_desks(), "k").await;
    assert_eq!(bobs.status, StatusCode::CREATED);
}

#[tokio::test]
async fn text_is_data_whatever_it_looks_like() {
    let env = start().await;
    for product in [
        "'; DROP TABLE orders; --",
        "<script>alert(1)</script>",
        "日本の急須 🍵",
    ] {
        let order = json!({"product": product, "quantity": 1});
        let placed = env
            .send_as(ALICE, Method::POST, "/orders", Some(order))
            .await;
        assert_eq!(
            (placed.status, placed.body["product"].as_str()),
            (StatusCode::CREATED, Some(product))
        );
        assert_eq!(list_orders(&env, ALICE).await[0]["product"], product);
    }
}
