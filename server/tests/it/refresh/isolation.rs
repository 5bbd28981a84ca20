//! Concurrent users: no user ever gets a token or data of the other.

use std::time::Duration;

use app::server::{OrdersApi, ProductsApi};
use axum_auth0::SignedInUser;
use tenant::RefreshCounts;

use super::in_process::{short_lived, subject_of, user_of};
use crate::{
    browser::{ALICE, BOB, Browser},
    test_env::{ORDERS_API, PRODUCTS_API, TestEnv},
};

const ROUNDS: u64 = 5_000;

/// Number of rounds after which all tokens expire.
const ROUNDS_OF_A_TOKEN: u64 = 100;

/// Gets the tokens for both APIs concurrently, `count` times, and checks the owner of each.
async fn rounds(user: SignedInUser, count: u64) -> u64 {
    for _ in 0..count {
        let (products, orders) = tokio::join!(
            user.access_token::<ProductsApi>(),
            user.access_token::<OrdersApi>(),
        );
        let (products, orders) = (products.unwrap(), orders.unwrap());
        assert_eq!(subject_of(products.expose(), PRODUCTS_API), user.subject());
        assert_eq!(subject_of(orders.expose(), ORDERS_API), user.subject());
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_mixed_up_between_two_users_in_five_thousand_rounds() {
    let env = TestEnv::with(short_lived).await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let users = [user_of(&env, &alice).await, user_of(&env, &bob).await];
    assert_eq!(
        users.each_ref().map(SignedInUser::subject),
        ["auth0|alice", "auth0|bob"]
    );
    let before = env.tenant.refreshes();
    let mut done = 0;
    for _ in 0..ROUNDS / ROUNDS_OF_A_TOKEN {
        env.advance(10);
        let [alice, bob] = users.clone();
        let hers = tokio::spawn(rounds(alice, ROUNDS_OF_A_TOKEN));
        let his = tokio::spawn(rounds(bob, ROUNDS_OF_A_TOKEN));
        assert_eq!(hers.await.unwrap(), his.await.unwrap());
        done += ROUNDS_OF_A_TOKEN;
    }
    assert_eq!(done, ROUNDS);
    // Two users with two tokens each.
    let counts = RefreshCounts {
        granted: before.granted + 4 * ROUNDS / ROUNDS_OF_A_TOKEN,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_response_of_the_api_is_mixed_up_between_two_users() {
    // The clocks of site and tenant start behind and end ahead, within the APIs' leeway of 30 seconds.
    const TOKENS: u64 = 9;
    const CALLS_OF_A_TOKEN: usize = 25;
    let env = TestEnv::with(|builder| {
        builder.tenant.access_token_lifetime = Duration::from_secs(5);
        builder.seconds_behind = 25;
    })
    .await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let before = env.tenant.refreshes();
    let owner = async |browser: &Browser| {
        browser
            .get_json("/api/products")
            .await
            .assert_status(200)
            .json()["owner"]
            .clone()
    };
    for _ in 0..TOKENS {
        env.advance(5);
        for _ in 0..CALLS_OF_A_TOKEN {
            let (hers, his) = tokio::join!(owner(&alice), owner(&bob));
            assert_eq!((hers, his), ("auth0|alice".into(), "auth0|bob".into()));
        }
    }
    let counts = RefreshCounts {
        granted: before.granted + 2 * TOKENS,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), counts);
}
