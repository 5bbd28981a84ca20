//! Pushed authorization requests.

use reqwest::{Method, StatusCode};

use crate::test_env::{
    CALLBACK, CLIENT_ID, JsonResponse, PRODUCTS, TestEnv, challenge, location, login_id_of,
    parameter,
};

#[tokio::test]
async fn a_pushed_request_is_valid_for_one_login_of_its_client() {
    let env = TestEnv::start().await;
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
    let pushed = env.post_as_application("oauth/par", &form).await;
    assert_eq!(pushed.status, StatusCode::CREATED);
    assert_eq!(pushed.json["expires_in"], 30);
    let request_uri = pushed.text("request_uri");
    assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:"));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", CLIENT_ID), ("request_uri", request_uri)])
        .finish();

    let mut browser = env.browser();
    let login_id = login_id_of(&browser.get(&format!("authorize?{query}")).await);
    let form = [
        ("state", login_id.as_str()),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    let callback = location(&browser.post("u/login", &form).await);
    assert_eq!(
        parameter(&callback, "state").as_deref(),
        Some("pushed-state")
    );
    let response = env.redeem(&parameter(&callback, "code").unwrap()).await;
    assert_eq!(
        env.verify(response.text("access_token")).await.1["aud"][0],
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
    let env = TestEnv::start().await;
    let pushed = env
        .post_as_application(
            "oauth/par",
            &[("response_type", "code"), ("redirect_uri", CALLBACK)],
        )
        .await;
    env.clock.advance(30);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", CLIENT_ID),
            ("request_uri", pushed.text("request_uri")),
        ])
        .finish();
    assert_eq!(
        env.get(&format!("authorize?{query}")).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn an_invalid_pushed_request_yields_a_json_error() {
    let env = TestEnv::start().await;
    let callback = [
        ("response_type", "code"),
        ("redirect_uri", "http://evil.example/"),
    ];
    let response = env.post_as_application("oauth/par", &callback).await;
    assert_eq!(
        (response.status, response.text("error")),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    let audience = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("audience", "https://unknown.example"),
    ];
    env.post_as_application("oauth/par", &audience)
        .await
        .is_error(
            400,
            "access_denied",
            "Service not found: https://unknown.example",
        );
    let request = env
        .request(Method::POST, "oauth/par")
        .basic_auth(CLIENT_ID, Some("wrong"));
    let response = JsonResponse::read(
        request
            .form(&[("response_type", "code")])
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
}

/// RFC 9126 §5.
#[tokio::test]
async fn the_tenant_can_require_that_requests_are_pushed() {
    let env = TestEnv::start().await;
    let path = "dashboard/pushed-requests";
    let required = async || {
        let document = env.get(".well-known/openid-configuration").await;
        let document: serde_json::Value = document.json().await.unwrap();
        document["require_pushed_authorization_requests"].clone()
    };
    assert_eq!(required().await, false);
    let form = [("required", "true")];
    let cross_site = env
        .request(Method::POST, path)
        .form(&form)
        .header("origin", "http://evil.example");
    assert_eq!(
        cross_site.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(required().await, false);
    let switched = env.request(Method::POST, path).form(&form);
    assert_eq!(switched.send().await.unwrap().status(), StatusCode::FOUND);
    assert_eq!(required().await, true);
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("must be pushed"), "{html}");

    let refused = location(&env.browser().authorize(&[]).await);
    assert!(refused.as_str().starts_with(CALLBACK), "{refused}");
    assert_eq!(
        parameter(&refused, "error").as_deref(),
        Some("invalid_request")
    );
    let form = [("response_type", "code"), ("redirect_uri", CALLBACK)];
    let pushed = env.post_as_application("oauth/par", &form).await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", CLIENT_ID),
            ("request_uri", pushed.text("request_uri")),
        ])
        .finish();
    login_id_of(&env.browser().get(&format!("authorize?{query}")).await);
}
