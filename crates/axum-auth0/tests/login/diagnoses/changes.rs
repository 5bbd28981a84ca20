//! APIs that the application does not declare, and changes of the configuration.

use http::StatusCode;
use test_support::{Endpoint, ORDERS, PRODUCTS};

use super::assert_diagnosis;
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn an_undeclared_api_is_diagnosed() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let says = ["INVOICES", ".api::<"];
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/undeclared",
        "undeclared_api",
        &says,
    )
    .await;
}

/// After a change of audience or scopes, tokens of the previous configuration are not used.
#[tokio::test]
async fn tokens_of_another_configuration_are_not_used() {
    for (case, changes) in [
        ("another audience", &[("AUTH0_AUDIENCE", Some(ORDERS))][..]),
        (
            "no audience any more, then one",
            &[("AUTH0_AUDIENCE", Some("https://third.example.com"))],
        ),
        (
            "more scopes",
            &[(
                "PRODUCTS_API_SCOPE",
                Some("read:products write:products delete:products"),
            )],
        ),
        (
            "other scopes",
            &[("PRODUCTS_API_SCOPE", Some("audit:products"))],
        ),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let before = env.token(&mut browser).await;
        let changed = env.restarted(changes).await;
        let mut browser = browser.with_router(&changed);
        let response = browser.get("/token").await;
        if response.status == StatusCode::OK {
            // Another token, for the current configuration.
            assert_ne!(
                response.json()["fingerprint"],
                before["fingerprint"],
                "{case}"
            );
            assert_eq!(response.json()["audience"], changes[0].1.unwrap(), "{case}");
        } else {
            // The old login cannot provide a token for the new configuration; a new one can.
            assert_eq!(
                response.status,
                StatusCode::UNAUTHORIZED,
                "{case}: {}",
                response.body
            );
        }
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            1,
            "{case}: the held token was not even looked at"
        );
        let back = env.restarted(&[]).await;
        assert_eq!(
            browser.with_router(&back).whoami().await,
            "auth0|alice",
            "{case}: nothing else breaks"
        );
    }
}

#[tokio::test]
async fn a_login_after_the_change_gets_a_token_of_the_new_configuration() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let changed = env
        .restarted(&[("PRODUCTS_API_SCOPE", Some("read:products delete:products"))])
        .await;
    browser = browser.with_router(&changed);
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
}

/// The first login took place without an audience.
#[tokio::test]
async fn an_audience_that_is_set_later_works_after_the_next_login() {
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.logged_in("alice").await;
    let changed = env.restarted(&[]).await;
    browser = browser.with_router(&changed);
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        browser.get("/token").await.json()["code"],
        "sign_in_required"
    );
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(env.token(&mut browser).await["audience"], PRODUCTS);
}
