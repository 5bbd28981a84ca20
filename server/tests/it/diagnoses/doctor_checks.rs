//! What is found without a person: at the start, and by `server doctor`.

use std::time::Duration;

use axum_auth0::{
    Cause, Dependencies, Diagnosis,
    clock::MockClock,
    doctor::{Check, Status, examine},
};

use super::{
    fixes::{mended, to_be_mended, works},
    reported,
    reported::says,
};
use crate::test_env::World;

const LIMIT: Duration = Duration::from_secs(20);

/// What the doctor finds with `id`.
async fn examined(world: &World, id: &str, surroundings: &Dependencies) -> Check {
    let report = examine(world.auth0.config(), surroundings, LIMIT).await;
    let mut checks = report.checks.into_iter();
    checks.find(|check| check.id == id).unwrap()
}

pub(crate) async fn a_callback_that_is_not_registered_stops_every_login() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        // The callback of older versions of nextjs-auth0.
        let callbacks = &mut plan.tenant.applications[0].callback_urls;
        callbacks[0] = callbacks[0].replace("/auth/callback", "/api/auth/callback");
    })
    .await;
    let check = examined(&world, "callback", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Problem);
    let told = reported::by_the_doctor(&world, &check);
    says(
        &told,
        &["does not know `http://localhost:3000/auth/callback`"],
        &[
            "Add http://localhost:3000/auth/callback to the Allowed Callback URLs",
            "APP_BASE_URL",
        ],
    );
    // The person sees the tenant's own page, which names the same URL.
    let alice = world.person();
    let page = alice.open("/products").await.is(403);
    let text = page.html().text();
    let callback = world.base_url.join("/auth/callback").unwrap();
    assert!(
        text.contains("Callback URL mismatch") && text.contains(callback.as_str()),
        "{text}"
    );

    let world = mended(world, &alice, |_| {}).await;
    let check = examined(&world, "callback", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Ok, "{check:?}");
    told
}

pub(crate) async fn a_secret_from_a_documentation_can_be_guessed() -> Diagnosis {
    const EXAMPLE: &str = "use [openssl rand -hex 32] to generate a 32 bytes value";
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.set("AUTH0_SECRET", EXAMPLE);
    })
    .await;
    let check = examined(&world, "secret", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Problem);
    let told = reported::by_the_doctor(&world, &check);
    reported::is_logged(&world, " ERROR ", &told);
    says(
        &told,
        &["AUTH0_SECRET is made of words", "make sessions of anybody"],
        &[
            "Set AUTH0_SECRET to 32 random bytes",
            "openssl rand -hex 32",
        ],
    );
    assert!(!world.log.text().contains(EXAMPLE));
    // It is an estimate, and the site works all the same.
    let alice = world.person();
    works(&alice).await;

    let random = "5b1e8842a6f04d7c9e31f0aa77c2d9485b1d7e20c94f3a68be0571d3fa26c980";
    let world = world
        .start_again(|plan| plan.set("AUTH0_SECRET", random))
        .await;
    alice.get_json("/auth/profile").await.is(401);
    works(&alice).await;
    let check = examined(&world, "secret", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Ok, "{check:?}");
    told
}

/// The provider says what time it has with every answer.
#[tokio::test]
async fn a_clock_that_differs_is_found_before_anybody_logs_in() {
    let world = World::start().await;
    for (difference, direction) in [(7_200, "ahead of"), (-7_200, "behind")] {
        let clock = MockClock::from_system();
        clock.advance(difference);
        let surroundings = Dependencies {
            clock,
            ..Dependencies::default()
        };
        let check = examined(&world, "clock", &surroundings).await;
        assert_eq!(
            (check.status, check.code),
            (Status::Problem, Some(Cause::ClockSkew.as_str()))
        );
        says(
            &reported::by_the_doctor(&world, &check),
            &["seconds", direction],
            &["Set the clock of this server by NTP"],
        );
    }
}
