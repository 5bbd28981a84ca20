//! Many calls that find their token expired, in one process.

use std::{collections::BTreeSet, time::Duration};

use app::server::{OrdersApi, ProductsApi};
use axum_auth0::{Api, SignedInUser};
use futures::future::join_all;
use serde_json::Value;
use tenant::RefreshCounts;

use super::in_process::{assert_refresh_chain, refreshes, short_lived, subject_of, user_of};
use crate::{
    browser::ALICE,
    test_env::{ORDERS_API, PRODUCTS_API, RecordedExchange, TestEnv},
};

/// For how long the tenant keeps its answer to itself: all calls are there by then.
const ALL_ARRIVE: Duration = Duration::from_millis(500);

fn tokens(calls: &[RecordedExchange]) -> BTreeSet<&str> {
    calls
        .iter()
        .map(|call| call.bearer_token().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_with_an_expired_token_refresh_once_and_all_succeed() {
    let env = TestEnv::with(|builder| {
        short_lived(builder);
        builder.tenant.refresh_delay = ALL_ARRIVE;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(10);
    let before = env.tenant.refreshes();
    let calls_before = env.products_requests.entries().len();

    let calls = (0..100).map(|_| alice.get_json("/api/products"));
    for response in join_all(calls).await {
        assert_eq!(response.assert_status(200).json()["owner"], "auth0|alice");
    }

    let counts = RefreshCounts {
        granted: before.granted + 1,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), counts);
    let calls = env.products_requests.entries().split_off(calls_before);
    assert_eq!((calls.len(), tokens(&calls).len()), (100, 1));
    assert_refresh_chain(&env);
}

/// Calls an API in the user's name and returns the owner of the data.
async fn ask<A: Api>(user: &SignedInUser, path: &str) -> String {
    let response: Value = user
        .api::<A>()
        .get([path])
        .send()
        .await
        .unwrap()
        .json()
        .unwrap();
    response["owner"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_of_two_apis_refresh_one_after_the_other() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let user = user_of(&env, &alice).await;
    for round in 0..4 {
        env.advance(10);
        let before = env.tenant.refreshes();
        let (products_before, orders_before) = (
            env.products_requests.entries().len(),
            env.orders_requests.entries().len(),
        );
        let products = join_all((0..25).map(|_| ask::<ProductsApi>(&user, "products")));
        let orders = join_all((0..25).map(|_| ask::<OrdersApi>(&user, "orders")));
        let (products, orders) = tokio::join!(products, orders);
        assert_eq!(products, vec!["auth0|alice"; 25], "round {round}");
        assert_eq!(orders, vec!["auth0|alice"; 25], "round {round}");

        // One refresh for each API, and one after the other: the second showed what the first had brought.
        let counts = RefreshCounts {
            granted: before.granted + 2,
            reused: 0,
        };
        assert_eq!(env.tenant.refreshes(), counts);
        assert_refresh_chain(&env);
        let products = env.products_requests.entries().split_off(products_before);
        let orders = env.orders_requests.entries().split_off(orders_before);
        let (products, orders) = (tokens(&products), tokens(&orders));
        assert_eq!((products.len(), orders.len()), (1, 1));
        assert_ne!(products, orders);
        subject_of(products.first().unwrap(), PRODUCTS_API);
        subject_of(orders.first().unwrap(), ORDERS_API);
    }
    let asked: BTreeSet<_> = refreshes(&env)
        .iter()
        .filter_map(|refresh| refresh.form_field("audience"))
        .collect();
    assert_eq!(
        asked,
        BTreeSet::from([PRODUCTS_API.into(), ORDERS_API.into()])
    );
}
