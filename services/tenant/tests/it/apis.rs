//! The audience: what the access token is without one, with a known one, with an unknown one, and with `resource`.

use serde_json::json;
use tenant::Outcome;

use crate::world::{CALLBACK, CLIENT_ID, NOON, ORDERS, PRODUCTS, World, location, parameter};

#[tokio::test]
async fn without_an_audience_the_access_token_is_opaque_and_the_log_says_why() {
    let world = World::start().await;
    let answer = world.tokens(&[]).await;
    assert!(!answer.text("access_token").contains('.'));
    assert_eq!(answer.text("scope"), "openid profile email offline_access");
    assert!(world.logged(Outcome::Surprising, "To get a JWT, send `audience`"));
}

#[tokio::test]
async fn with_an_audience_the_access_token_is_a_jwt_for_that_api() {
    let world = World::start().await;
    let answer = world.tokens(&[("audience", PRODUCTS)]).await;
    let (header, mut claims) = world.verified(answer.text("access_token")).await;
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert!(claims.remove("jti").unwrap().is_string());
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": world.issuer, "sub": "auth0|alice", "aud": [PRODUCTS, format!("{}userinfo", world.issuer)],
            "iat": NOON, "exp": NOON + 86_400, "azp": CLIENT_ID,
            "scope": "openid profile email offline_access read:products",
        })
    );
    assert!(world.logged(
        Outcome::Granted,
        "asked for audience https://products.example.com → a JWT for that API"
    ));
}

#[tokio::test]
async fn scopes_that_the_api_does_not_define_are_dropped_and_the_answer_shows_it() {
    let world = World::start().await;
    let more = [
        ("audience", PRODUCTS),
        (
            "scope",
            "openid read:products read:orders delete:everything",
        ),
    ];
    let answer = world.tokens(&more).await;
    assert_eq!(answer.text("scope"), "openid read:products");
    assert_eq!(
        world.verified(answer.text("access_token")).await.1["scope"],
        "openid read:products"
    );
    assert!(world.logged(
        Outcome::Surprising,
        "dropped: read:orders delete:everything"
    ));
}

#[tokio::test]
async fn an_unknown_audience_is_refused_at_the_callback_before_any_login() {
    let world = World::start().await;
    let response = world
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
    assert!(world.logged(
        Outcome::Refused,
        "Service not found: https://typo.example.com. No API of this tenant has that identifier"
    ));
}

#[tokio::test]
async fn the_audience_is_compared_character_by_character() {
    let world = World::start().await;
    for wrong in [
        "https://products.example.com/",
        "https://PRODUCTS.example.com",
    ] {
        let callback = location(&world.browser().authorize(&[("audience", wrong)]).await);
        assert_eq!(
            parameter(&callback, "error").as_deref(),
            Some("access_denied")
        );
    }
}

#[tokio::test]
async fn resource_is_ignored_unless_the_tenant_takes_it_as_audience() {
    let world = World::start().await;
    let answer = world.tokens(&[("resource", PRODUCTS)]).await;
    assert!(!answer.text("access_token").contains('.'));
    assert!(world.logged(
        Outcome::Surprising,
        "Resource Parameter Compatibility Profile"
    ));

    let world = World::with(|settings| settings.resource_parameter = true).await;
    let answer = world.tokens(&[("resource", PRODUCTS)]).await;
    assert_eq!(
        world.verified(answer.text("access_token")).await.1["aud"][0],
        PRODUCTS
    );
    let callback = location(
        &world
            .browser()
            .authorize(&[("resource", "https://typo.example.com")])
            .await,
    );
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
}

#[tokio::test]
async fn an_api_without_offline_access_gives_no_refresh_token() {
    let world = World::with(|settings| settings.apis[0].offline_access = false).await;
    let answer = world.tokens(&[("audience", PRODUCTS)]).await;
    assert!(answer.json.get("refresh_token").is_none());
    assert_eq!(answer.text("scope"), "openid profile email read:products");
    assert!(
        world
            .tokens(&[("audience", ORDERS)])
            .await
            .json
            .get("refresh_token")
            .is_some()
    );
}

#[tokio::test]
async fn an_application_without_refresh_tokens_gets_none() {
    let world = World::with(|settings| settings.applications[0].refresh_tokens = false).await;
    let answer = world.tokens(&[("audience", PRODUCTS)]).await;
    assert!(answer.json.get("refresh_token").is_none());
    let refused = world.refresh("anything", &[]).await;
    refused.is_error(
        403,
        "unauthorized_client",
        "Grant type 'refresh_token' not allowed for the client.",
    );
}
