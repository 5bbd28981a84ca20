//! Doing what the fix says.

use std::time::Duration;

use crate::{
    browser::{ALICE, PASSWORD, Person},
    test_env::{Plan, World},
};

/// For a world that is to be started again: what it knows is kept in files.
pub(crate) fn to_be_mended(plan: &mut Plan) {
    plan.in_files = true;
}

/// For a world in which time passes: everything begins more than an hour ago, and access tokens live for an hour. The APIs,
/// whose clocks are right, would not take a token before that time has passed.
pub(crate) fn long_ago(plan: &mut Plan) {
    to_be_mended(plan);
    plan.tenant.access_token_lifetime = Duration::from_hours(1);
    plan.seconds_behind = 3_700;
}

/// Logs in without asking an API for anything.
pub(crate) async fn signed_in(world: &World) -> Person {
    let alice = world.person();
    let form = alice.open("/profile").await.is(200);
    let page = alice.fill_in(&form, ALICE, PASSWORD).await.is(200);
    assert_eq!(page.place(), "/profile");
    alice
}

/// The same world with everything as it is by default, but for `change`: the person logs in again, and it works.
pub(crate) async fn mended(world: World, person: &Person, change: impl FnOnce(&mut Plan)) -> World {
    let world = world.start_again(change).await;
    works(person).await;
    world
}

/// That the person logs in again, and has her products.
pub(crate) async fn works(person: &Person) {
    let mut page = person
        .open("/auth/login?returnTo=%2Fproducts")
        .await
        .is(200);
    if page.url.path() == "/u/login" {
        page = person.fill_in(&page, ALICE, PASSWORD).await.is(200);
    }
    assert_eq!(page.place(), "/products");
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);
    person.get_json("/api/products").await.is(200);
}
