//! Many calls that find their token expired, in one process.

use std::{collections::BTreeSet, time::Duration};

use app::server::{OrdersApi, ProductsApi};
use axum_auth0::{Api, SignedInUser};
use futures::future::join_all;
use serde_json::Value;
use tenant::RefreshCounts;

use super::in_process::{owner_of, refreshes, short_lived, the_chain_is_whole, user_of};
use crate::{
    browser::ALICE,
    test_env::{Entry, ORDERS_API, PRODUCTS_API, World},
};

/// For how long the tenant keeps its answer to itself: all calls are there by then.
const ALL_ARRIVE: Duration = Duration::from_millis(500);

fn tokens(calls: &[Entry]) -> BTreeSet<&str> {
    calls.iter().map(|call| call.bearer().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_with_an_expired_token_refresh_once_and_all_succeed() {
    let world = World::with(|plan| {
        short_lived(plan);
        plan.tenant.refresh_delay = ALL_ARRIVE;
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    world.advance(10);
    let before = world.tenant.refreshes();
    let calls_before = world.at_api.entries().len();

    let calls = (0..100).map(|_| alice.get_json("/api/products"));
    for answer in join_all(calls).await {
        assert_eq!(answer.is(200).json()["owner"], "auth0|alice");
    }

    let counts = RefreshCounts {
        granted: before.granted + 1,
        reused: 0,
    };
    assert_eq!(world.tenant.refreshes(), counts);
    let calls = world.at_api.entries().split_off(calls_before);
    assert_eq!((calls.len(), tokens(&calls).len()), (100, 1));
    the_chain_is_whole(&world);
}

/// What an API answers to a call in the person's name: whose data it is.
async fn ask<A: Api>(user: &SignedInUser, path: &str) -> String {
    let answer: Value = user
        .api::<A>()
        .get([path])
        .send()
        .await
        .unwrap()
        .json()
        .unwrap();
    answer["owner"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_apis_at_once_are_served_one_after_the_other_each_with_its_own_token() {
    let world = World::with(short_lived).await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let user = user_of(&world, &alice).await;
    for round in 0..4 {
        world.advance(10);
        let before = world.tenant.refreshes();
        let (products_before, orders_before) = (
            world.at_api.entries().len(),
            world.at_orders.entries().len(),
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
        assert_eq!(world.tenant.refreshes(), counts);
        the_chain_is_whole(&world);
        let products = world.at_api.entries().split_off(products_before);
        let orders = world.at_orders.entries().split_off(orders_before);
        let (products, orders) = (tokens(&products), tokens(&orders));
        assert_eq!((products.len(), orders.len()), (1, 1));
        assert_ne!(products, orders);
        owner_of(products.first().unwrap(), PRODUCTS_API);
        owner_of(orders.first().unwrap(), ORDERS_API);
    }
    let asked: BTreeSet<_> = refreshes(&world)
        .iter()
        .filter_map(|refresh| refresh.field("audience"))
        .collect();
    assert_eq!(
        asked,
        BTreeSet::from([PRODUCTS_API.into(), ORDERS_API.into()])
    );
}
