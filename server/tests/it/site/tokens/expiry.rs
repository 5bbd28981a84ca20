//! Sessions that end with their tokens or by their timeouts.

use super::super::server_functions::is_signed_in;
use super::short_lived;
use crate::{
    browser::{ALICE, BOB},
    test_env::TestEnv,
};

#[tokio::test]
async fn a_session_whose_refresh_token_was_revoked_ends_with_the_access_token() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(env.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    alice.get_json("/api/products").await.assert_status(200);
    env.advance(10);
    assert_eq!(
        alice
            .get_json("/api/products")
            .await
            .assert_status(401)
            .error_code(),
        "sign_in_required"
    );
    assert!(!is_signed_in(&alice).await);
    // The open page's next form leads to the login and back.
    let response = alice
        .submit(&page, page.html().form("/api/products"), &[])
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
}

#[tokio::test]
async fn a_page_whose_session_ended_offers_a_login() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.tenant.revoke_all_refresh_tokens().await.unwrap();
    env.advance(10);
    let page = alice.open("/products").await.assert_status(401).html();
    assert!(
        page.text().contains("Please log in to continue."),
        "{}",
        page.text()
    );
    assert!(
        page.all("a")
            .iter()
            .any(|link| link.get("href") == "/auth/login?returnTo=%2Fproducts")
    );
    assert!(
        alice
            .visit("/products")
            .await
            .assert_status(303)
            .location()
            .starts_with("/auth/login")
    );
}

#[tokio::test]
async fn a_session_expires_after_a_day_without_use_and_after_three_days() {
    let hour = 3_600;
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(23 * hour);
    assert!(is_signed_in(&alice).await);
    env.advance(24 * hour);
    assert!(!is_signed_in(&alice).await, "a day without use");

    let env = TestEnv::start().await;
    let bob = env.browser();
    bob.log_in(BOB).await.assert_status(200);
    for _ in 0..3 {
        env.advance(23 * hour);
        // A question about the session is no use of it.
        assert!(is_signed_in(&bob).await);
        bob.visit("/").await.assert_status(200);
    }
    env.advance(3 * hour);
    assert!(!is_signed_in(&bob).await, "three days, used every day");
}

#[tokio::test]
async fn an_expired_session_is_deleted_from_the_store() {
    let env = TestEnv::with(|builder| builder.persistent = true).await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(env.auth0.delete_expired().await.unwrap(), 0);
    env.advance(2 * 86_400);
    bob.log_in(BOB).await;
    assert!(env.auth0.delete_expired().await.unwrap() >= 1);
    assert!(!is_signed_in(&alice).await);
    assert!(is_signed_in(&bob).await);
}
