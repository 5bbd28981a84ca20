//! Registration: `screen_hint=signup` and `prompt=create`; the hints of a login.

use reqwest::StatusCode;

use crate::test_env::{TestEnv, location, parameter};

async fn sign_up_page(env: &TestEnv, parameters: &[(&str, &str)]) -> (String, String) {
    let mut browser = env.browser();
    let url = location(&browser.authorize(parameters).await);
    assert_eq!(url.path(), "/u/signup", "{parameters:?}");
    let state = parameter(&url, "state").unwrap();
    let page = browser.get(&format!("u/signup?state={state}")).await;
    (state, page.text().await.unwrap())
}

#[tokio::test]
async fn a_login_can_open_the_registration_with_the_hint_filled_in() {
    let env = TestEnv::start().await;
    for name in [("screen_hint", "signup"), ("prompt", "create")] {
        let (_, html) = sign_up_page(&env, &[name, ("login_hint", "carol@example.com")]).await;
        assert!(html.contains("<h1>Sign up</h1>"));
        let html = html_escape::decode_html_entities(&html).into_owned();
        assert!(html.contains("value=\"carol@example.com\""), "{html}");
    }
    // Other hints open the login form.
    let url = location(&env.browser().authorize(&[("screen_hint", "login")]).await);
    assert_eq!(url.path(), "/u/login");
}

#[tokio::test]
async fn a_registered_user_is_logged_in_and_can_log_in_again() {
    let env = TestEnv::start().await;
    let (state, _) = sign_up_page(&env, &[("screen_hint", "signup")]).await;
    let form = [
        ("state", state.as_str()),
        ("email", "Carol@example.com"),
        ("given_name", "Carol"),
        ("family_name", "Example"),
        ("password", "local-only"),
    ];
    let mut browser = env.browser();
    let callback = location(&browser.post("u/signup", &form).await);
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["email"], "carol@example.com");
    assert_eq!(claims["name"], "Carol Example");
    assert!(claims["sub"].as_str().unwrap().starts_with("auth0|"));
    let callback = env.browser().log_in("carol@example.com", &[]).await;
    assert!(parameter(&callback, "code").is_some());
    // Her password is a secret, so she has no button that logs in without it.
    let mut browser = env.browser();
    let page = location(&browser.authorize(&[]).await);
    let state = parameter(&page, "state").unwrap();
    let html = browser.get(&format!("u/login?state={state}")).await;
    assert!(!html.text().await.unwrap().contains("carol"));
    let sub = claims["sub"].as_str().unwrap();
    let form = [("state", state.as_str()), ("user", sub)];
    let response = browser.post("u/login/one-click", &form).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn invalid_registrations_create_no_user() {
    let env = TestEnv::start().await;
    let (state, _) = sign_up_page(&env, &[("screen_hint", "signup")]).await;
    for (email, password, error) in [
        ("alice@example.com", "local-only", "has an account already"),
        ("ALICE@example.com", "local-only", "has an account already"),
        ("carol", "local-only", "not an email address"),
        ("", "local-only", "not an email address"),
        ("carol@example.com", "short", "8 to 200 characters"),
    ] {
        let form = [
            ("state", state.as_str()),
            ("email", email),
            ("password", password),
        ];
        let response = env.browser().post("u/signup", &form).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{email}");
        assert!(response.text().await.unwrap().contains(error), "{email}");
    }
    let request = env
        .request(reqwest::Method::POST, "u/signup")
        .header("origin", "https://evil.example")
        .form(&[
            ("state", state.as_str()),
            ("email", "carol@example.com"),
            ("password", "local-only"),
        ]);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert!(!env.get("").await.text().await.unwrap().contains("carol"));
}

#[tokio::test]
async fn the_connection_must_exist() {
    let env = TestEnv::start().await;
    let known = [("connection", "Username-Password-Authentication")];
    assert_eq!(
        location(&env.browser().authorize(&known).await).path(),
        "/u/login"
    );
    let url = location(
        &env.browser()
            .authorize(&[("connection", "google-oauth2")])
            .await,
    );
    assert_eq!(parameter(&url, "error").as_deref(), Some("invalid_request"));
}
