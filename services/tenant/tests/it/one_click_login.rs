//! The buttons of the login page that log in without a password.

use reqwest::{Method, Response, StatusCode};
use tenant::Outcome;

use crate::test_env::{Browser, PRODUCTS, TestEnv, location, login_id_of, parameter};

const PATH: &str = "u/login/one-click";

/// Presses the button of the user `sub` on the login page of `login_id`.
async fn press(browser: &mut Browser<'_>, login_id: &str, sub: &str) -> Response {
    browser
        .post(PATH, &[("state", login_id), ("user", sub)])
        .await
}

async fn start_login(browser: &mut Browser<'_>) -> String {
    login_id_of(&browser.authorize(&[]).await)
}

#[tokio::test]
async fn one_click_logs_in_and_the_tokens_are_those_of_the_user() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[("audience", PRODUCTS)]).await);
    let page = browser.get(&format!("u/login?state={login_id}")).await;
    let html = page.text().await.unwrap();
    let html = html_escape::decode_html_entities(&html);
    for button in [
        "name=\"user\" value=\"auth0|alice\"><span>Continue as Alice</span>",
        "name=\"user\" value=\"auth0|bob\"><span>Continue as Bob</span>",
        "action=\"/u/login/one-click\"",
    ] {
        assert!(html.contains(button), "{button} in {html}");
    }
    assert!(!html.contains("local-only"), "{html}");

    let callback = location(&press(&mut browser, &login_id, "auth0|bob").await);
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["sub"], "auth0|bob");
    assert!(env.logged(Outcome::Granted, "bob@example.com logged in for"));
    // The session is a usual one: the next login is silent.
    let silent = location(&browser.authorize(&[]).await);
    assert!(parameter(&silent, "code").is_some());
}

#[tokio::test]
async fn a_login_with_one_click_continues_with_the_consent_page() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[("prompt", "consent")]).await);
    let next = location(&press(&mut browser, &login_id, "auth0|alice").await);
    assert_eq!(next.path(), "/u/consent");
    let page = browser
        .get(&format!("u/consent?{}", next.query().unwrap()))
        .await;
    assert!(page.text().await.unwrap().contains("alice@example.com"));
}

#[tokio::test]
async fn only_an_existing_user_can_log_in_with_one_click() {
    let env =
        TestEnv::with(|settings| settings.users.retain(|user| user.sub == "auth0|alice")).await;
    let mut browser = env.browser();
    let login_id = start_login(&mut browser).await;
    for sub in ["auth0|bob", "alice@example.com", "AUTH0|ALICE", "%", ""] {
        let rejected = press(&mut browser, &login_id, sub).await;
        assert_eq!(rejected.status(), StatusCode::BAD_REQUEST, "{sub}");
        let html = rejected.text().await.unwrap();
        assert!(html.contains("This user does not exist"), "{html}");
    }
    assert!(browser.cookies.is_empty());
    assert!(env.logged(Outcome::Refused, "The tenant has no such user."));

    // The login is not over.
    let callback = location(&press(&mut browser, &login_id, "auth0|alice").await);
    assert!(parameter(&callback, "code").is_some());
}

#[tokio::test]
async fn one_click_needs_a_pending_login() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = start_login(&mut browser).await;
    let tampered = format!("{}x", &login_id[1..]);
    for state in [tampered.as_str(), ""] {
        let rejected = press(&mut browser, state, "auth0|alice").await;
        assert_eq!(rejected.status(), StatusCode::BAD_REQUEST);
        assert!(
            rejected
                .text()
                .await
                .unwrap()
                .contains("This login is over")
        );
    }
    assert!(browser.cookies.is_empty());

    location(&press(&mut browser, &login_id, "auth0|alice").await);
    let again = press(&mut browser, &login_id, "auth0|alice").await;
    assert_eq!(
        again.status(),
        StatusCode::BAD_REQUEST,
        "a form is valid once"
    );

    let expired = start_login(&mut env.browser()).await;
    env.clock.advance(60 * 60);
    let late = press(&mut env.browser(), &expired, "auth0|alice").await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_tampered_form_of_one_click_is_rejected() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = start_login(&mut browser).await;
    let form = [("state", login_id.as_str()), ("user", "auth0|alice")];

    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = env.request(Method::POST, PATH).form(&form);
        let response = browser.send(request.header(name, value)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let two_users = [form[0], form[1], ("user", "auth0|bob")];
    let response = browser.post(PATH, &two_users).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    // A link or an image cannot log a user in.
    let link = browser
        .get(&format!("{PATH}?state={login_id}&user=auth0%7Calice"))
        .await;
    assert_eq!(link.status(), StatusCode::METHOD_NOT_ALLOWED);
    // The form with the password still needs the password.
    let without_password = browser.post("u/login", &form).await;
    assert_eq!(without_password.status(), StatusCode::BAD_REQUEST);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn another_user_with_one_click_ends_the_previous_session() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in("alice@example.com", &[]).await;
    let before = browser.cookies.clone();
    let login_id = login_id_of(&browser.authorize(&[("prompt", "login")]).await);
    location(&press(&mut browser, &login_id, "auth0|bob").await);
    assert_ne!(browser.cookies, before);
    let mut stale = env.browser();
    stale.cookies = before;
    login_id_of(&stale.authorize(&[]).await);
}

#[tokio::test]
async fn a_tenant_without_one_click_has_neither_the_buttons_nor_the_route() {
    let env = TestEnv::with(|settings| settings.one_click_login = false).await;
    let mut browser = env.browser();
    let login_id = start_login(&mut browser).await;
    let page = browser.get(&format!("u/login?state={login_id}")).await;
    let html = page.text().await.unwrap();
    assert!(
        !html.contains("Continue as") && !html.contains("one-click"),
        "{html}"
    );
    let rejected = press(&mut browser, &login_id, "auth0|alice").await;
    assert_eq!(rejected.status(), StatusCode::NOT_FOUND);
    assert!(browser.cookies.is_empty());
}
