//! A refresh token that is given back while another process refreshes.

use std::time::Duration;

use axum_auth0::Auth0;
use http::Method;
use tenant::RefreshCounts;

use super::{
    in_process::{refreshes, short_lived, user_by},
    wait::until,
};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::World,
};

/// How long the tenant keeps the answer to itself once the refresh token is used up.
const DELAY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_during_a_refresh_stays_revoked() {
    let world = World::with(|plan| {
        short_lived(plan);
        plan.in_files = true;
        plan.tenant.refresh_delay = DELAY;
    })
    .await;
    let alice = world.person();
    let form = alice.open("/profile").await.is(200);
    alice.fill_in(&form, ALICE, PASSWORD).await.is(200);
    world.advance(10);
    // Another process of the site, at the same store.
    let other = Auth0::open(world.auth0.config().clone()).await.unwrap();
    let user = user_by(&other, &world, &alice).await;

    let call = alice.get_json("/api/products");
    let revocation = async {
        until("the tenant is asked", || {
            world.tenant.refreshes().granted == 1
        })
        .await;
        assert_eq!(refreshes(&world).len(), 0, "nothing is answered yet");
        user.revoke_refresh_token().await.unwrap();
    };
    let (answer, ()) = tokio::join!(call, revocation);
    // What the refresh brought is good until its end, but for the refresh token, which is revoked as well.
    answer.is(200);
    let brought = refreshes(&world)[0].answered("refresh_token");
    let revoked = world.at_tenant.of(&Method::POST, "/oauth/revoke");
    let revoked: Vec<_> = revoked.iter().map(|entry| entry.field("token")).collect();
    assert_eq!(revoked.len(), 2);
    assert_eq!(revoked[1], brought);

    // Nothing is left to refresh with: the tenant is not even asked.
    world.advance(10);
    let answer = alice.get_json("/api/products").await;
    assert!(!answer.status.is_success(), "{answer:?}");
    assert_eq!(refreshes(&world).len(), 1);
    let counts = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(world.tenant.refreshes(), counts);
}
