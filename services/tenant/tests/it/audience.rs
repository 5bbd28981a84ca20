//! Access tokens without an audience, with a known and an unknown audience, and with `resource`.

use serde_json::json;
use tenant::Outcome;

use crate::test_env::{
    CALLBACK, CLIENT_ID, ORDERS, PRODUCTS, START_TIME, TestEnv, location, parameter,
};

#[tokio::test]
async fn without_an_audience_the_access_token_is_opaque_and_the_log_explains_it() {
    let env = TestEnv::start().await;
    let response = env.tokens(&[]).await;
    assert!(!response.text("access_token").contains('.'));
    assert_eq!(
        response.text("scope"),
        "openid profile email offline_access"
    );
    assert!(env.logged(Outcome::Unexpected, "To get a JWT, send `audience`"));
}

#[tokio::test]
async fn with_an_audience_the_access_token_is_a_jwt_for_that_api() {
    let env = TestEnv::start().await;
    let response = env.tokens(&[("audience", PRODUCTS)]).await;
    let (header, mut claims) = env.verify(response.text("access_token")).await;
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert!(claims.remove("jti").unwrap().is_string());
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": env.issuer, "sub": "auth0|alice", "aud": [PRODUCTS, format!("{}userinfo", env.issuer)],
            "iat": START_TIME, "exp": START_TIME + 86_400, "azp": CLIENT_ID,
            "scope": "openid profile email offline_access read:products", "auth_time": START_TIME,
            "permissions": ["read:products", "write:products"], "https://leptos-auth0.example/roles": ["manager"],
        })
    );
    assert!(env.logged(
        Outcome::Granted,
        "asked for audience https://products.example.com → a JWT for that API"
    ));
}

#[tokio::test]
async fn after_a_login_with_a_maximum_age_the_access_token_says_when_it_was() {
    let env = TestEnv::start().await;
    let response = env
        .tokens(&[("audience", PRODUCTS), ("max_age", "300")])
        .await;
    env.clock.advance(60);
    let again = env.refresh(response.text("refresh_token"), &[]).await;
    // A refresh is no login.
    for response in [&response, &again] {
        let (_, claims) = env.verify(response.text("access_token")).await;
        assert_eq!(claims["auth_time"], START_TIME);
    }
}

#[tokio::test]
async fn scopes_that_the_api_does_not_define_are_dropped_and_the_response_contains_the_others() {
    let env = TestEnv::start().await;
    let more = [
        ("audience", PRODUCTS),
        (
            "scope",
            "openid read:products read:orders delete:everything",
        ),
    ];
    let response = env.tokens(&more).await;
    assert_eq!(response.text("scope"), "openid read:products");
    assert_eq!(
        env.verify(response.text("access_token")).await.1["scope"],
        "openid read:products"
    );
    assert!(env.logged(
        Outcome::Unexpected,
        "dropped: read:orders delete:everything"
    ));
}

#[tokio::test]
async fn an_unknown_audience_is_an_error_at_the_callback_before_the_login() {
    let env = TestEnv::start().await;
    let response = env
        .browser()
        .authorize(&[("audience", "https://typo.example.com")])
        .await;
    let callback = location(&response);
    assert!(callback.as_str().starts_with(CALLBACK));
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        parameter(&callback, "error_description").as_deref(),
        Some("Service not found: https://typo.example.com")
    );
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert!(env.logged(
        Outcome::Refused,
        "Service not found: https://typo.example.com. No API of this tenant has exactly this identifier"
    ));
}

#[tokio::test]
async fn the_audience_is_compared_as_an_exact_string() {
    let env = TestEnv::start().await;
    for wrong in [
        "https://products.example.com/",
        "https://PRODUCTS.example.com",
    ] {
        let callback = location(&env.browser().authorize(&[("audience", wrong)]).await);
        assert_eq!(
            parameter(&callback, "error").as_deref(),
            Some("access_denied")
        );
    }
}

#[tokio::test]
async fn resource_is_ignored_unless_a_setting_treats_it_as_audience() {
    let env = TestEnv::start().await;
    let response = env.tokens(&[("resource", PRODUCTS)]).await;
    assert!(!response.text("access_token").contains('.'));
    assert!(env.logged(
        Outcome::Unexpected,
        "Resource Parameter Compatibility Profile"
    ));

    let env = TestEnv::with(|settings| settings.resource_parameter = true).await;
    let response = env.tokens(&[("resource", PRODUCTS)]).await;
    assert_eq!(
        env.verify(response.text("access_token")).await.1["aud"][0],
        PRODUCTS
    );
    let callback = location(
        &env.browser()
            .authorize(&[("resource", "https://typo.example.com")])
            .await,
    );
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
}

#[tokio::test]
async fn an_api_without_offline_access_yields_no_refresh_token() {
    let env = TestEnv::with(|settings| settings.apis[0].offline_access = false).await;
    let response = env.tokens(&[("audience", PRODUCTS)]).await;
    assert!(response.json.get("refresh_token").is_none());
    assert_eq!(response.text("scope"), "openid profile email read:products");
    assert!(
        env.tokens(&[("audience", ORDERS)])
            .await
            .json
            .get("refresh_token")
            .is_some()
    );
}

#[tokio::test]
async fn an_application_without_refresh_tokens_receives_none() {
    let env = TestEnv::with(|settings| settings.applications[0].refresh_tokens = false).await;
    let response = env.tokens(&[("audience", PRODUCTS)]).await;
    assert!(response.json.get("refresh_token").is_none());
    let rejected = env.refresh("anything", &[]).await;
    rejected.is_error(
        403,
        "unauthorized_client",
        "Grant type 'refresh_token' not allowed for the client.",
    );
}
