//! Clocks that differ, and tokens whose time is over.

use std::time::Duration;

use axum::body::Body;
use axum_auth0::{Diagnosis, Expectation, diagnose, jwt};
use http::{Request, header};
use reqwest::Method;
use tenant::{ManualClock, Tenant};
use tower::ServiceExt as _;
use url::Url;

use super::{
    fixes::{to_be_mended, works},
    modified_tenant::StandIn,
    reported,
    reported::says,
};
use crate::{browser::ALICE, test_env::World};

pub(crate) async fn a_clock_that_is_ahead_sees_new_tokens_as_expired() -> Diagnosis {
    let mut settings = None;
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant_is_up = false;
        plan.tenant.access_token_lifetime = Duration::from_mins(5);
        settings = Some(plan.tenant.clone());
    })
    .await;
    let now = now_of(&world).await;
    let clock = ManualClock::at(now - 480);
    let mut settings = settings.unwrap();
    settings.clock = clock.clone();
    let tenant = Tenant::open(settings).await.unwrap();
    let _stand_in = StandIn::at_tenant_of(&world, tenant.router());
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &["480 seconds ahead of the provider's"],
        &["Set the clock of this server by NTP"],
    );
    assert_eq!(world.at_api.entries().len(), 0);
    clock.advance(480);
    works(&alice).await;
    told
}

/// What time it is in a world: the journal of its tenant says when it was asked for something.
async fn now_of(world: &World) -> i64 {
    let tenant: Url = world.tenant_url("/oauth/token").parse().unwrap();
    let request = Request::post(tenant.path())
        .header(header::HOST, tenant.authority())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty());
    let refused = world.tenant.router().oneshot(request.unwrap()).await;
    assert!(refused.unwrap().status().is_client_error());
    world.tenant.log()[0].at
}

pub(crate) async fn a_token_that_was_kept_has_expired() -> Diagnosis {
    let world = World::with(|plan| {
        plan.tenant.access_token_lifetime = Duration::from_secs(10);
        plan.seconds_behind = 15;
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    let called = world.at_api.of(&Method::GET, "/products").remove(0);
    let kept = called.bearer().unwrap();
    let claims = jwt::decode_unverified(kept).unwrap();
    let end = claims.unverified().required_numeric_date("exp").unwrap();

    let config = world.auth0.config();
    let expected = |now| Expectation::new(config, config.api("PRODUCTS").unwrap(), now);
    let facts = diagnose(kept, &expected(end - 1)).unwrap();
    assert_eq!(facts.expires_at, Some(end));
    let told = diagnose(kept, &expected(end + 90)).unwrap_err();
    says(
        &told,
        &["expired 90 seconds ago"],
        &["Ask for the access token at each call", "offline_access"],
    );
    let first = diagnose(kept, &expected(end + 1)).unwrap_err();
    says(&first, &["expired 1 second ago"], &[]);

    // Asked for at each call, it is another one.
    world.advance(11);
    alice.get_json("/api/products").await.is(200);
    let called = world.at_api.of(&Method::GET, "/products").pop().unwrap();
    assert_ne!(called.bearer().unwrap(), kept);
    told
}
