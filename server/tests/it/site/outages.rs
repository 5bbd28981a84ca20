//! What people see while something is down, and that nothing is lost by it.

use std::time::Duration;

use reqwest::Method;

use super::{
    forms::{TEAPOT, products_of},
    server_functions::is_signed_in,
};
use crate::{
    browser::{ALICE, Answer, BOB, PASSWORD},
    test_env::World,
};

#[tokio::test]
async fn a_site_that_starts_before_its_tenant_serves_what_it_can_and_logs_in_once_it_is_there() {
    let mut world = World::with(|plan| {
        plan.tenant_is_up = false;
        plan.seconds_behind = 61;
    })
    .await;
    let alice = world.person();
    assert_eq!(&*alice.visit("/healthz").await.is(200).body, "ok\n");
    let ready = alice.visit("/readyz").await.is(503);
    assert!(
        ready.body.contains("the OpenID Provider does not answer")
            && ready.header("cache-control") == "no-store",
        "{ready:?}"
    );
    assert_eq!(
        alice.open("/").await.is(200).html().heading(),
        "Know what is on your shelves."
    );
    alice.get_json("/api/products").await.is(401);

    let page = alice.open("/products").await.is(503);
    assert_eq!(page.place(), "/auth/login?returnTo=%2Fproducts");
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(
        page.html().heading(),
        "Logging in is not possible right now"
    );
    let again = page
        .html()
        .all("a")
        .iter()
        .find(|link| link.get("href").starts_with("/auth/login"))
        .map(|link| link.get("href").to_owned());

    world.start_tenant();
    world.advance(61);
    let login = alice.click(&page, &again.unwrap()).await;
    let login = alice.arrive(login).await.is(200);
    assert_eq!(
        alice.fill_in(&login, ALICE, PASSWORD).await.is(200).place(),
        "/products"
    );
    assert_eq!(&*alice.visit("/readyz").await.is(200).body, "ready\n");
}

#[tokio::test]
async fn a_tenant_that_goes_down_during_a_login_ends_it_with_a_page_and_a_way_back() {
    let mut world = World::start().await;
    let alice = world.person();
    let login = alice.open("/products").await.is(200);
    let form = login.html().form("/u/login");
    let back = alice
        .submit(&login, form, &[("username", ALICE), ("password", PASSWORD)])
        .await;
    world.stop_tenant().await;
    let page = alice.follow(&back).await.is(503);
    assert_eq!(page.url.path(), "/auth/callback");
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(alice.cookie("session"), None);

    world.start_tenant();
    let again = alice.click(&page, "/auth/login?returnTo=%2Fproducts").await;
    assert_eq!(alice.arrive(again).await.is(200).place(), "/products");
}

#[tokio::test]
async fn while_the_tenant_is_down_a_good_token_goes_on_working() {
    let mut world = World::start().await;
    let (alice, bob) = (world.person(), world.person());
    alice.log_in(ALICE).await.is(200);
    world.stop_tenant().await;
    for _ in 0..2 {
        assert_eq!(products_of(&alice).await.len(), 20);
        world.advance(7_200);
    }
    assert!(is_signed_in(&alice).await);
    bob.open("/").await.is(200);
}

#[tokio::test]
async fn a_refresh_that_the_tenant_cannot_answer_is_tried_again_later() {
    let mut world = World::with(|plan| {
        plan.tenant.access_token_lifetime = Duration::from_secs(10);
        plan.seconds_behind = 10;
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    world.advance(10);
    world.stop_tenant().await;
    assert_eq!(
        alice.get_json("/api/products").await.is(503).code(),
        "provider_unavailable"
    );
    let page = alice.open("/products").await.is(503).html();
    assert!(
        page.text()
            .contains("The login service does not answer at the moment."),
        "{}",
        page.text()
    );
    assert!(is_signed_in(&alice).await);

    world.start_tenant();
    world.advance(5);
    assert_eq!(products_of(&alice).await.len(), 20);
}

/// What the person is told, and that it costs her nothing.
async fn is_told(
    world: &World,
    alice: &crate::browser::Person,
    status: u16,
    code: &str,
    sentence: &str,
) {
    assert_eq!(
        alice.get_json("/api/products").await.is(status).code(),
        code
    );
    assert_eq!(
        alice
            .call(Method::POST, "/api/products", TEAPOT)
            .await
            .is(status)
            .code(),
        code
    );
    let page: Answer = alice.open("/products").await.is(status);
    assert_eq!(page.html().texts_where("role", "alert"), [sentence]);
    let answer = alice
        .submit(&page, page.html().form("/api/products"), TEAPOT)
        .await
        .is(303);
    assert_eq!(answer.location(), format!("/products?error={code}"));
    let page = alice.follow(&answer).await.is(status).html();
    assert!(
        page.texts_where("role", "alert")
            .iter()
            .any(|told| told == sentence),
        "{}",
        page.text()
    );
    assert_eq!(
        page.by_id("add-name").get("value"),
        TEAPOT[0].1,
        "what was typed is still there"
    );
    let home = alice.open("/").await.is(200).html();
    assert!(
        home.text().contains(sentence) && home.heading() == "Hello, Alice Example",
        "{}",
        home.text()
    );
    assert!(is_signed_in(alice).await);
    assert!(
        !world
            .log
            .lines_with(&[" ERROR ", "a call of an API failed", "PRODUCTS"])
            .is_empty()
    );
}

#[tokio::test]
async fn an_api_that_is_down_is_a_sentence_on_the_page_and_a_502() {
    let mut world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    world.stop_api().await;
    let sentence = "The service behind this page could not be reached. Please try again shortly.";
    is_told(&world, &alice, 502, "api_bad_answer", sentence).await;
    world.start_api();
    assert_eq!(products_of(&alice).await.len(), 20);
}

#[tokio::test]
async fn an_api_that_cannot_work_now_is_a_503() {
    let mut world = World::start().await;
    let alice = world.person();
    let login = alice.open("/profile").await;
    alice.fill_in(&login, ALICE, PASSWORD).await.is(200);
    // The API has not needed the tenant's keys yet, and now it cannot have them.
    world.stop_tenant().await;
    let sentence = "The service behind this page is busy. Please try again shortly.";
    is_told(&world, &alice, 503, "api_busy", sentence).await;
}

#[tokio::test]
async fn an_api_that_never_answers_is_a_504_after_five_seconds() {
    let mut world = World::start().await;
    let alice = world.person();
    alice.log_in(ALICE).await.is(200);
    world.hush_api().await;
    let began = std::time::Instant::now();
    assert_eq!(
        alice.get_json("/api/products").await.is(504).code(),
        "api_timed_out"
    );
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    // Another person is not held up by it, and the session is as it was.
    world.person().open("/").await.is(200);
    assert!(is_signed_in(&alice).await);
}

#[tokio::test]
async fn a_session_that_ends_while_its_page_is_open_is_a_typed_401() {
    let world = World::start().await;
    let tab = world.person();
    tab.log_in(ALICE).await.is(200);
    // The same browser, another tab.
    let other_tab = tab.clone();
    let cookie = tab.cookie("session").unwrap();
    other_tab.log_out().await.is(200);
    tab.set_cookie("session", &cookie);
    for (method, path) in super::server_functions::GUARDED {
        let refused = tab
            .call(
                method.parse().unwrap(),
                path,
                super::server_functions::FIELDS,
            )
            .await
            .is(401);
        assert_eq!(refused.code(), "sign_in_required", "{method} {path}");
    }
    assert_eq!(&*tab.get_json("/auth/user").await.is(200).body, "null");
}

#[tokio::test]
async fn a_tenant_that_ended_every_session_lets_nobody_in_without_a_password() {
    let world = World::start().await;
    let (alice, bob) = (world.person(), world.person());
    alice.log_in(ALICE).await.is(200);
    bob.log_in(BOB).await.is(200);
    world.tenant.end_all_sessions().await.unwrap();
    alice.forget("session");
    assert_eq!(alice.open("/products").await.is(200).url.path(), "/u/login");
}
