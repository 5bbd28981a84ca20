//! Products: seen, added, changed, deleted, and only one's own.

use std::collections::HashSet;

use products_api::Database;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use test_support::api_contract::send;

use crate::test_env::{list_products, restart, start, start_with};

const ALICE: &str = "auth0|alice";
const BOB: &str = "auth0|bob";

fn teapot() -> Value {
    json!({"name": "Teapot", "category": "Kitchen", "priceCents": 2490, "currency": "EUR", "stock": 3})
}

fn names(products: &[Value]) -> HashSet<String> {
    products
        .iter()
        .map(|product| product["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_user_finds_twenty_products_of_their_own() {
    let env = start().await;
    let (alice, bob) = (
        list_products(&env, ALICE).await,
        list_products(&env, BOB).await,
    );
    assert_eq!((alice.len(), bob.len()), (20, 20));
    assert_ne!(names(&alice), names(&bob));
    let ids: HashSet<_> = alice
        .iter()
        .chain(&bob)
        .map(|product| product["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 40);
    for product in &alice {
        let members: Vec<_> = product
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = HashSet::from(["id", "name", "category", "priceCents", "currency", "stock"]);
        assert_eq!(members.into_iter().collect::<HashSet<_>>(), expected);
        assert!(product["priceCents"].is_u64() && product["stock"].is_u64());
    }
    assert_eq!(list_products(&env, ALICE).await, alice);
}

#[tokio::test]
async fn a_new_user_who_asks_ten_times_at_once_gets_twenty_products() {
    let folder = tempfile::tempdir().unwrap();
    let env = start_with(Database::File(folder.path().join("deep/er/products.db"))).await;
    let all = tokio::join!(
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
        list_products(&env, ALICE),
    );
    assert_eq!(all.0.len(), 20);
    assert_eq!(all.0, all.9);
    assert_eq!(list_products(&env, ALICE).await, all.4);
}

#[tokio::test]
async fn a_product_can_be_added_changed_and_deleted() {
    let env = start().await;
    list_products(&env, ALICE).await;

    let added = env
        .send_as(ALICE, Method::POST, "/products", Some(teapot()))
        .await;
    assert_eq!(added.status, StatusCode::CREATED);
    let id = added.body["id"].as_str().unwrap().to_owned();
    let path = format!("/products/{id}");
    assert_eq!(added.header("location"), path);
    let mut expected = teapot();
    expected["id"] = json!(id);
    assert_eq!(added.body, expected);
    let products = list_products(&env, ALICE).await;
    assert_eq!((products.len(), &products[0]), (21, &expected));

    let changed = env
        .send_as(
            ALICE,
            Method::PATCH,
            &path,
            Some(json!({"name": "Big teapot", "stock": 0})),
        )
        .await;
    (expected["name"], expected["stock"]) = (json!("Big teapot"), json!(0));
    assert_eq!((changed.status, &changed.body), (StatusCode::OK, &expected));
    let same = env
        .send_as(ALICE, Method::PATCH, &path, Some(json!({})))
        .await;
    assert_eq!((same.status, &same.body), (StatusCode::OK, &expected));
    assert_eq!(list_products(&env, ALICE).await[0], expected);

    let deleted = env.send_as(ALICE, Method::DELETE, &path, None).await;
    assert_eq!(
        (deleted.status, deleted.body),
        (StatusCode::NO_CONTENT, Value::Null)
    );
    assert_eq!(list_products(&env, ALICE).await.len(), 20);
    assert_eq!(
        env.send_as(ALICE, Method::DELETE, &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        env.send_as(ALICE, Method::PATCH, &path, Some(json!({})))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn another_users_product_does_not_exist() {
    let env = start().await;
    let bobs = list_products(&env, BOB).await;
    let path = format!("/products/{}", bobs[0]["id"].as_str().unwrap());
    for (method, body) in [
        (Method::PATCH, Some(json!({"name": "Mine now"}))),
        (Method::DELETE, None),
    ] {
        let others = env
            .send_as(ALICE, method.clone(), &path, body.clone())
            .await;
        let nobodys = env
            .send_as(
                ALICE,
                method,
                "/products/0123456789abcdef0123456789abcdef",
                body,
            )
            .await;
        assert_eq!((others.status, others.body), (nobodys.status, nobodys.body));
        assert_eq!(others.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(list_products(&env, BOB).await, bobs);
}

#[tokio::test]
async fn products_outlive_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("products.db"));
    let env = start_with(database.clone()).await;
    env.send_as(ALICE, Method::POST, "/products", Some(teapot()))
        .await;
    let before = list_products(&env, ALICE).await;
    let env = restart(env, database).await;
    assert_eq!(list_products(&env, ALICE).await, before);
}

#[tokio::test]
async fn the_five_hundred_and_first_product_is_a_conflict() {
    let env = start().await;
    // One token for all: signing is what takes time.
    let token = env.token(ALICE, "write:products");
    let mut last = String::new();
    for _ in 20..500 {
        let request = env.request(Method::POST, "/products").bearer_auth(&token);
        let added = send(request.json(&teapot())).await;
        assert_eq!(added.status, StatusCode::CREATED);
        added.header("location").clone_into(&mut last);
    }
    let rejected = env
        .send_as(ALICE, Method::POST, "/products", Some(teapot()))
        .await;
    assert_eq!(
        (rejected.status, rejected.body["error"].as_str()),
        (StatusCode::CONFLICT, Some("too_many_products"))
    );
    assert_eq!(list_products(&env, ALICE).await.len(), 500);
    assert_eq!(
        env.send_as(BOB, Method::POST, "/products", Some(teapot()))
            .await
            .status,
        StatusCode::CREATED
    );
    assert_eq!(
        env.send_as(ALICE, Method::DELETE, &last, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        env.send_as(ALICE, Method::POST, "/products", Some(teapot()))
            .await
            .status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn text_is_data_whatever_it_looks_like() {
    let env = start().await;
    for name in [
        "'; DROP TABLE products; --",
        "<script>alert(1)</script>",
        "日本の急須 🍵",
        "%00",
        "${jndi:ldap://x}",
    ] {
        let mut product = teapot();
        product["name"] = json!(name);
        let added = env
            .send_as(ALICE, Method::POST, "/products", Some(product))
            .await;
        assert_eq!(
            (added.status, added.body["name"].as_str()),
            (StatusCode::CREATED, Some(name))
        );
        assert_eq!(list_products(&env, ALICE).await[0]["name"], name);
    }
    for id in ["%27%20OR%201=1", "..%2f..%2fetc", "%ff%fe", "%00"] {
        let path = format!("/products/{id}");
        assert_eq!(
            env.send_as(ALICE, Method::DELETE, &path, None).await.status,
            StatusCode::NOT_FOUND,
            "{id}"
        );
    }
    assert_eq!(list_products(&env, ALICE).await.len(), 25);
}
