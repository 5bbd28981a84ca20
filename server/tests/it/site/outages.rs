//! Outages of tenant and APIs: what users see, and that no session is lost.

use std::time::Duration;

use reqwest::Method;

use super::{
    forms::{TEAPOT, products_of},
    server_functions::is_signed_in,
};
use crate::{
    browser::{ALICE, BOB, PASSWORD, Response},
    test_env::TestEnv,
};

#[tokio::test]
async fn a_site_that_starts_before_its_tenant_serves_public_pages_and_logs_in_later() {
    let mut env = TestEnv::with(|builder| {
        builder.tenant_is_up = false;
        builder.seconds_behind = 61;
    })
    .await;
    let alice = env.browser();
    assert_eq!(
        &*alice.visit("/healthz").await.assert_status(200).body,
        "ok\n"
    );
    let ready = alice.visit("/readyz").await.assert_status(503);
    assert!(
        ready.body.contains("the OpenID Provider does not answer")
            && ready.header("cache-control") == "no-store",
        "{ready:?}"
    );
    assert_eq!(
        alice.open("/").await.assert_status(200).html().heading(),
        "Know what is on your shelves."
    );
    alice.get_json("/api/products").await.assert_status(401);

    let page = alice.open("/products").await.assert_status(503);
    assert_eq!(page.path_and_query(), "/auth/login?returnTo=%2Fproducts");
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

    env.start_tenant();
    env.advance(61);
    let login = alice.click(&page, &again.unwrap()).await;
    let login = alice.follow_redirects(login).await.assert_status(200);
    assert_eq!(
        alice
            .submit_login(&login, ALICE, PASSWORD)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
    assert_eq!(
        &*alice.visit("/readyz").await.assert_status(200).body,
        "ready\n"
    );
}

#[tokio::test]
async fn an_outage_of_the_tenant_during_a_login_ends_on_a_page_with_a_way_back() {
    let mut env = TestEnv::start().await;
    let alice = env.browser();
    let login = alice.open("/products").await.assert_status(200);
    let form = login.html().form("/u/login");
    let back = alice
        .submit(&login, form, &[("username", ALICE), ("password", PASSWORD)])
        .await;
    env.stop_tenant().await;
    let page = alice.follow(&back).await.assert_status(503);
    assert_eq!(page.url.path(), "/auth/callback");
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(alice.cookie("session"), None);

    env.start_tenant();
    let again = alice.click(&page, "/auth/login?returnTo=%2Fproducts").await;
    assert_eq!(
        alice
            .follow_redirects(again)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn while_the_tenant_is_down_a_valid_token_still_works() {
    let mut env = TestEnv::start().await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    env.stop_tenant().await;
    for _ in 0..2 {
        assert_eq!(products_of(&alice).await.len(), 20);
        env.advance(7_200);
    }
    assert!(is_signed_in(&alice).await);
    bob.open("/").await.assert_status(200);
}

#[tokio::test]
async fn a_refresh_that_fails_transiently_is_retried_later() {
    let mut env = TestEnv::with(|builder| {
        builder.tenant.access_token_lifetime = Duration::from_secs(10);
        builder.seconds_behind = 10;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(10);
    env.stop_tenant().await;
    assert_eq!(
        alice
            .get_json("/api/products")
            .await
            .assert_status(503)
            .error_code(),
        "provider_unavailable"
    );
    let page = alice.open("/products").await.assert_status(503).html();
    assert!(
        page.text()
            .contains("The login service does not answer at the moment."),
        "{}",
        page.text()
    );
    assert!(is_signed_in(&alice).await);

    env.start_tenant();
    env.advance(5);
    assert_eq!(products_of(&alice).await.len(), 20);
}

/// Asserts what the user sees, and that the session survives.
async fn assert_explained_to_user(
    env: &TestEnv,
    alice: &crate::browser::Browser,
    status: u16,
    failure: &str,
    sentence: &str,
) {
    for response in [
        alice.get_json("/api/products").await,
        alice.call(Method::POST, "/api/products", TEAPOT).await,
    ] {
        let error = response.assert_status(status).json();
        assert_eq!(error["code"], "api_unavailable");
        assert_eq!(error["details"], failure);
    }
    let page: Response = alice.open("/products").await.assert_status(status);
    assert_eq!(page.html().texts_where("role", "alert"), [sentence]);
    let response = alice
        .submit(&page, page.html().form("/api/products"), TEAPOT)
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/products");
    let page = alice.follow(&response).await.assert_status(status).html();
    assert!(
        page.texts_where("role", "alert")
            .iter()
            .any(|message| message == sentence),
        "{}",
        page.text()
    );
    assert_eq!(
        page.by_id("add-name").get("value"),
        TEAPOT[0].1,
        "what was typed is still there"
    );
    let home = alice.open("/").await.assert_status(200).html();
    assert!(
        home.text().contains(sentence) && home.heading() == "Hello, Alice Example",
        "{}",
        home.text()
    );
    assert!(is_signed_in(alice).await);
    assert!(
        !env.log
            .lines_with(&[" ERROR ", "API call failed", "PRODUCTS"])
            .is_empty()
    );
}

#[tokio::test]
async fn an_api_that_is_down_is_a_sentence_on_the_page_and_a_502() {
    let mut env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.stop_api().await;
    let sentence = "The service behind this page could not be reached. Please try again shortly.";
    assert_explained_to_user(&env, &alice, 502, "invalid_response", sentence).await;
    env.start_api();
    assert_eq!(products_of(&alice).await.len(), 20);
}

#[tokio::test]
async fn an_api_that_cannot_work_now_is_a_503() {
    let mut env = TestEnv::start().await;
    let alice = env.browser();
    let login = alice.open("/profile").await;
    alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    // The API has not fetched the tenant's keys yet, and now it cannot.
    env.stop_tenant().await;
    let sentence = "The service behind this page is busy. Please try again shortly.";
    assert_explained_to_user(&env, &alice, 503, "busy", sentence).await;
}

#[tokio::test]
async fn an_api_that_never_answers_is_a_504_after_five_seconds() {
    let mut env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.silence_api().await;
    let began = std::time::Instant::now();
    let response = alice.get_json("/api/products").await.assert_status(504);
    assert_eq!(response.json()["details"], "timed_out");
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    // Another user is not delayed, and the session is unchanged.
    env.browser().open("/").await.assert_status(200);
    assert!(is_signed_in(&alice).await);
}

#[tokio::test]
async fn a_session_that_ends_while_its_page_is_open_is_a_typed_401() {
    let env = TestEnv::start().await;
    let tab = env.browser();
    tab.log_in(ALICE).await.assert_status(200);
    // Another tab of the same browser.
    let other_tab = tab.clone();
    let cookie = tab.cookie("session").unwrap();
    other_tab.log_out().await.assert_status(200);
    tab.set_cookie("session", &cookie);
    for (method, path) in super::server_functions::GUARDED {
        let refused = tab
            .call(
                method.parse().unwrap(),
                path,
                super::server_functions::FIELDS,
            )
            .await
            .assert_status(401);
        assert_eq!(refused.error_code(), "sign_in_required", "{method} {path}");
    }
    assert_eq!(
        &*tab.get_json("/auth/user").await.assert_status(200).body,
        "null"
    );
}

#[tokio::test]
async fn after_the_tenant_ended_all_sessions_a_login_needs_the_password() {
    let env = TestEnv::start().await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    env.tenant.end_all_sessions().await.unwrap();
    alice.delete_cookie("session");
    assert_eq!(
        alice.open("/products").await.assert_status(200).url.path(),
        "/u/login"
    );
}
