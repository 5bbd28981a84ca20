//! Pushed authorization requests.

use reqwest::{Method, StatusCode};

use crate::world::{
    Answer, CALLBACK, CLIENT_ID, PRODUCTS, World, challenge, location, login_handle, parameter,
};

#[tokio::test]
async fn a_pushed_request_is_good_for_one_login_of_its_own_client() {
    let world = World::start().await;
    let challenge = challenge();
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid read:products"),
        ("audience", PRODUCTS),
        ("state", "pushed-state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let pushed = world.application_posts("oauth/par", &form).await;
    assert_eq!(pushed.status, StatusCode::CREATED);
    assert_eq!(pushed.json["expires_in"], 30);
    let request_uri = pushed.text("request_uri");
    assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:"));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", CLIENT_ID), ("request_uri", request_uri)])
        .finish();

    let mut browser = world.browser();
    let handle = login_handle(&browser.get(&format!("authorize?{query}")).await);
    let form = [
        ("state", handle.as_str()),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    let callback = location(&browser.post("u/login", &form).await);
    assert_eq!(
        parameter(&callback, "state").as_deref(),
        Some("pushed-state")
    );
    let answer = world.redeem(&parameter(&callback, "code").unwrap()).await;
    assert_eq!(
        world.verified(answer.text("access_token")).await.1["aud"][0],
        PRODUCTS
    );

    let again = browser.get(&format!("authorize?{query}")).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    assert!(
        again
            .text()
            .await
            .unwrap()
            .contains("invalid, expired or has been used")
    );
}

#[tokio::test]
async fn a_pushed_request_expires_after_thirty_seconds() {
    let world = World::start().await;
    let pushed = world
        .application_posts(
            "oauth/par",
            &[("response_type", "code"), ("redirect_uri", CALLBACK)],
        )
        .await;
    world.clock.advance(30);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", CLIENT_ID),
            ("request_uri", pushed.text("request_uri")),
        ])
        .finish();
    assert_eq!(
        world.get(&format!("authorize?{query}")).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_bad_pushed_request_is_refused_in_json() {
    let world = World::start().await;
    let callback = [
        ("response_type", "code"),
        ("redirect_uri", "http://evil.example/"),
    ];
    let answer = world.application_posts("oauth/par", &callback).await;
    assert_eq!(
        (answer.status, answer.text("error")),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    let audience = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("audience", "https://nobody.example"),
    ];
    world
        .application_posts("oauth/par", &audience)
        .await
        .is_error(
            400,
            "access_denied",
            "Service not found: https://nobody.example",
        );
    let request = world
        .request(Method::POST, "oauth/par")
        .basic_auth(CLIENT_ID, Some("wrong"));
    let answer = Answer::of(
        request
            .form(&[("response_type", "code")])
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
