//! Scopes, refresh tokens and the client.

use http::StatusCode;
use serde_json::json;
use test_support::{Browser, Endpoint, OfflineAccess, PRODUCTS, Part, Reply, log_capture};

use super::{HOUR, assert_diagnosis};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_missing_scope_is_diagnosed() {
    let one = &["write:products", "Permissions", "RBAC"][..];
    // A token without any of the API's scopes is probably for another API.
    let all = &["none of the scopes", "Set AUTH0_AUDIENCE", "Permissions"][..];
    for (case, scope, says) in [
        ("fewer", json!("openid read:products"), one),
        (
            "a substring",
            json!("read:products write:products:all"),
            one,
        ),
        ("a list", json!(["read:products"]), one),
        ("none", json!(""), all),
        ("those of another API", json!("openid read:orders"), all),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, move |claims| {
            claims["scope"] = scope.clone();
        });
        let mut browser = env.logged_in("alice").await;
        assert_diagnosis(&env, &mut browser, "/token", "scope_not_granted", says).await;
        let says = &[PRODUCTS];
        assert_diagnosis(&env, &mut browser, "/token", "scope_not_granted", says).await;
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            0,
            "{case}: a refresh does not help"
        );
    }
    // A call that needs an additional scope.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/deleting",
        "scope_not_granted",
        &["delete:products"],
    )
    .await;
}

/// Providers use different claims and formats for scopes.
#[tokio::test]
async fn scopes_are_read_from_scope_or_scp_as_string_or_list() {
    for (name, value) in [
        ("scope", json!("write:products read:products")),
        ("scope", json!(["read:products", "write:products"])),
        ("scp", json!("read:products write:products")),
        ("scp", json!(["read:products", "write:products"])),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, move |claims| {
            claims.as_object_mut().unwrap().remove("scope");
            claims[name] = value.clone();
        });
        env.provider.modify(Part::ExchangeResponse, |response| {
            response["scope"] = json!("something else");
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn a_missing_refresh_token_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Never);
    let mut browser = env.logged_in("alice").await;
    assert!(log_capture::captured().contains("the provider issued no refresh token"));
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    let says = [
        "did not grant offline_access",
        "Allow Offline Access",
        "AUTH0_PROMPT=consent",
    ];
    assert_login_required(&env, &mut browser, &says).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    let env = TestEnvBuilder::new()
        .set("AUTH0_SCOPE", "openid profile email")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let says = [
        "AUTH0_SCOPE lacks offline_access",
        "Add offline_access to AUTH0_SCOPE",
    ];
    assert_login_required(&env, &mut browser, &says).await;
}

/// Asserts that the user has to log in, that the log has the fix for the operator, and that the session stays.
async fn assert_login_required(env: &TestEnv, browser: &mut Browser, says: &[&str]) {
    let response = browser.get("/token").await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert_eq!(response.json()["code"], "sign_in_required");
    let log = log_capture::captured();
    for part in ["code=\"no_refresh_token\""].iter().chain(says) {
        assert!(log.contains(part), "{part:?} is not in the log");
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
    browser.log_in(&env.provider, "alice").await;
    env.token(browser).await;
}

#[tokio::test]
async fn refresh_tokens_without_offline_access_are_used() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SCOPE", "openid")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Always);
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_rejected_client_is_diagnosed() {
    // Auth0's response to a wrong secret.
    let auth0 = json!({ "error": "access_denied", "error_description": "Unauthorized" });
    for reply in [Reply::error(401, "invalid_client"), Reply::Json(401, auth0)] {
        let env = TestEnv::new().await;
        env.provider.reply(Endpoint::Exchange, reply.clone());
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 500, "exchange")
            .await;
        assert!(
            response.body.contains("AUTH0_CLIENT_SECRET"),
            "{}",
            response.body
        );
        env.provider.recover(Endpoint::Exchange);
        browser.log_in(&env.provider, "alice").await;
        env.provider.reply(Endpoint::Refresh, reply);
        let says = [
            "AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_AUTHENTICATION",
        ];
        assert_diagnosis(
            &env,
            &mut browser,
            "/token/renewed",
            "client_rejected",
            &says,
        )
        .await;
    }
}
