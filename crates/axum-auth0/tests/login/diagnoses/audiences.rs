//! Audience, format and issuer of the tokens.

use serde_json::{Value, json};
use test_support::{Endpoint, ORDERS, PRODUCTS, Part, Reply, log_capture};

use super::assert_diagnosis;
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_missing_audience_is_diagnosed_and_the_login_succeeds() {
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.browser();
    let response = browser.start_login("/products").await;
    assert_eq!(response.redirect_parameter("audience"), None);
    assert_eq!(
        response.redirect_parameter("scope").unwrap(),
        "openid profile email offline_access"
    );
    browser.log_in(&env.provider, "alice").await;
    let says = [
        "AUTH0_AUDIENCE is not set",
        "Set AUTH0_AUDIENCE",
        "Applications > APIs",
        "opaque",
    ];
    assert_diagnosis(&env, &mut browser, "/token", "audience_missing", &says).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    assert!(log_capture::captured().contains("AUTH0_AUDIENCE is not set: users can log in"));
}

/// The provider rejects the login at the callback.
#[tokio::test]
async fn an_unknown_audience_is_diagnosed_at_the_callback() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE", "https://unknown.example.com")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "Service not found")
        .await;
    for part in [
        "https://unknown.example.com",
        "AUTH0_AUDIENCE",
        "Identifier",
        "Applications &gt; APIs",
    ] {
        assert!(
            response.body.contains(part),
            "{part:?} is not in {}",
            response.body
        );
    }
    assert!(log_capture::captured().contains("code=\"audience_unknown\""));
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);

    // Without a requested audience, the same description has no meaning.
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let returned = returned
        .without("code")
        .with("error", "access_denied")
        .with("error_description", "Service not found: x");
    let response = browser.get(&returned.path()).await;
    env.assert_login_failed(&mut browser, &response, 403, "without an audience")
        .await;
}

/// RFC 8707 §2 defines `invalid_target` for the callback, the code exchange and the refresh.
#[tokio::test]
async fn invalid_target_is_diagnosed_as_an_unknown_audience_at_every_endpoint() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let response = browser
        .get(
            &returned
                .without("code")
                .with("error", "invalid_target")
                .path(),
        )
        .await;
    env.assert_login_failed(&mut browser, &response, 500, "callback")
        .await;
    assert!(response.body.contains(PRODUCTS));

    env.provider
        .reply(Endpoint::Exchange, Reply::error(400, "invalid_target"));
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "exchange")
        .await;
    assert!(response.body.contains(PRODUCTS));

    env.provider.recover(Endpoint::Exchange);
    browser.log_in(&env.provider, "alice").await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_target"));
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/orders",
        "audience_unknown",
        &[ORDERS],
    )
    .await;
}

#[tokio::test]
async fn an_opaque_or_encrypted_token_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    let mut browser = env.logged_in("alice").await;
    let says = [PRODUCTS, "opaque", "PRODUCTS_API_TOKEN_FORMAT=opaque"];
    assert_diagnosis(&env, &mut browser, "/token", "opaque_token", &says).await;

    let env = TestEnv::new().await;
    let jwe = |response: &mut Value| response["access_token"] = json!("a.b.c.d.e");
    env.provider
        .modify(Part::ExchangeResponse, move |response| {
            jwe(response);
            response["id_token"] = response["id_token"].clone();
        });
    env.provider.modify(Part::RefreshResponse, jwe);
    env.provider.modify(Part::IdToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("at_hash"));
    });
    let mut browser = env.logged_in("alice").await;
    assert_diagnosis(
        &env,
        &mut browser,
        "/token",
        "encrypted_token",
        &["encrypts", "JWE"],
    )
    .await;
}

#[tokio::test]
async fn a_token_for_another_audience_is_diagnosed_and_not_returned() {
    let without_api = ("wrong_audience", "AUTH0_AUDIENCE_PARAMETER=resource");
    let another = ("default_audience", "Default Audience");
    for (case, aud, found) in [
        (
            "another API",
            json!("https://other.example.com"),
            "`https://other.example.com`",
        ),
        (
            "the client",
            json!("leptos-auth0-sample"),
            "`leptos-auth0-sample`",
        ),
        (
            "a prefix",
            json!("https://products.example"),
            "`https://products.example`",
        ),
        (
            "with a slash behind",
            json!("https://products.example.com/"),
            "com/`",
        ),
        (
            "in upper case",
            json!("https://PRODUCTS.example.com"),
            "PRODUCTS",
        ),
        ("others only", json!(["a", "b"]), "`a`, `b`"),
        ("no audience", Value::Null, "no API"),
        ("the scope", json!("openid profile"), "`openid profile`"),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::AccessToken, move |claims| claims["aud"] = aud.clone());
        let mut browser = env.logged_in("alice").await;
        let has_no_api = ["the client", "no audience"].contains(&case);
        let (code, says) = if has_no_api { without_api } else { another };
        let says = [PRODUCTS, found, says];
        assert_diagnosis(&env, &mut browser, "/token", code, &says).await;
        assert_eq!(
            env.provider.revoked_families(),
            0,
            "{case}: the refresh token was kept"
        );
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        claims["iss"] = json!("https://tenant.example/");
    });
    let mut browser = env.logged_in("alice").await;
    let says = ["https://tenant.example/", "Set AUTH0_DOMAIN"];
    assert_diagnosis(&env, &mut browser, "/token", "wrong_issuer", &says).await;
}
