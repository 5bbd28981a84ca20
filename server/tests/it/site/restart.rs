//! Restarts and configuration changes: sessions survive unless the change invalidates them.

use std::time::Duration;

use reqwest::Method;

use super::{
    forms::{TEAPOT, products_of},
    server_functions::is_signed_in,
};
use crate::{
    browser::{ALICE, Browser},
    test_env::{ORDERS_API, SITE_SECRET, TestEnv, TestEnvBuilder},
};

/// Starts an environment with files, in which Alice is signed in and has added a product.
async fn with_alice(change: impl FnOnce(&mut TestEnvBuilder)) -> (TestEnv, Browser) {
    let env = TestEnv::with(|builder| {
        builder.persistent = true;
        change(builder);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    alice
        .call(Method::POST, "/api/products", TEAPOT)
        .await
        .assert_status(200);
    (env, alice)
}

#[tokio::test]
async fn a_restart_keeps_all_sessions() {
    let (env, alice) = with_alice(|_| {}).await;
    let before = products_of(&alice).await;
    let env = env.restart(|_| {}).await;
    let page = alice.open("/products").await.assert_status(200);
    assert_eq!(page.html().texts_where("role", "rowheader")[0], TEAPOT[0].1);
    assert_eq!(products_of(&alice).await, before);
    // No new token was needed.
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        0
    );

    // The tenant's session survives as well.
    alice.delete_cookie("session");
    assert_eq!(
        alice
            .open("/products")
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn a_session_from_before_a_restart_can_still_refresh() {
    let short = |builder: &mut TestEnvBuilder| {
        builder.tenant.access_token_lifetime = Duration::from_secs(10);
        builder.seconds_behind = 15;
    };
    let (env, alice) = with_alice(short).await;
    for _ in 0..2 {
        env.advance(10);
        alice.get_json("/api/products").await.assert_status(200);
    }
    let env = env
        .restart(|builder| builder.tenant.access_token_lifetime = Duration::from_secs(10))
        .await;
    env.advance(20);
    alice.get_json("/api/products").await.assert_status(200);
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        1
    );
}

#[tokio::test]
async fn logged_out_stays_logged_out_over_a_restart() {
    let (env, alice) = with_alice(|_| {}).await;
    let cookie = alice.cookie("session").unwrap();
    alice.log_out().await.assert_status(200);
    let _world = env.restart(|_| {}).await;
    alice.set_cookie("session", &cookie);
    assert!(!is_signed_in(&alice).await);
}

#[tokio::test]
async fn a_pending_login_survives_a_restart() {
    let env = TestEnv::with(|builder| builder.persistent = true).await;
    let alice = env.browser();
    let login = alice.open("/products").await.assert_status(200);
    let _world = env.restart(|_| {}).await;
    assert_eq!(
        alice
            .submit_login(&login, ALICE, crate::browser::PASSWORD)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn a_new_secret_before_the_old_one_keeps_all_sessions() {
    let (env, alice) = with_alice(|_| {}).await;
    let new = "another-site-secret-0123456789abcdef0123456789";
    let env = env
        .restart(|builder| builder.set("AUTH0_SECRET", &format!("{new},{SITE_SECRET}")))
        .await;
    assert_eq!(products_of(&alice).await.len(), 21);
    // Without the old secret she is only logged out.
    let _world = env
        .restart(|builder| builder.set("AUTH0_SECRET", new))
        .await;
    assert!(!is_signed_in(&alice).await);
    assert_eq!(
        alice.open("/").await.assert_status(200).html().heading(),
        "Know what is on your shelves."
    );
    assert_eq!(
        alice
            .open("/products")
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
    assert_eq!(products_of(&alice).await.len(), 21);
}

#[tokio::test]
async fn a_token_from_before_a_change_of_audience_is_not_sent() {
    let (env, alice) = with_alice(|_| {}).await;
    let env = env
        .restart(|builder| builder.set("AUTH0_AUDIENCE", ORDERS_API))
        .await;
    // The session belongs to another configuration, so a new login is required.
    assert_eq!(
        alice
            .get_json("/api/products")
            .await
            .assert_status(401)
            .error_code(),
        "sign_in_required"
    );
    assert_eq!(env.products_requests.entries().len(), 0);

    let _world = env.restart(|_| {}).await;
    alice.delete_cookie("session");
    assert_eq!(
        alice
            .open("/products")
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn a_missing_audience_is_fixed_by_setting_it_and_logging_in_again() {
    let env = TestEnv::with(|builder| {
        builder.persistent = true;
        builder.variables.remove("AUTH0_AUDIENCE");
    })
    .await;
    let alice = env.browser();
    assert_eq!(
        alice
            .log_in(ALICE)
            .await
            .assert_status(500)
            .path_and_query(),
        "/products"
    );
    let env = env.restart(|_| {}).await;
    let page = alice.open("/products").await.assert_status(401);
    let login = page
        .html()
        .all("a")
        .iter()
        .find(|link| link.get("href").starts_with("/auth/login"))
        .map(|link| link.get("href").to_owned());
    let response = alice.click(&page, &login.unwrap()).await;
    let page = alice.follow_redirects(response).await.assert_status(200);
    assert_eq!(
        (
            page.path_and_query(),
            page.html().texts_where("role", "rowheader").len()
        ),
        ("/products", 20)
    );
    assert_eq!(env.products_requests.entries().len(), 1);
}
