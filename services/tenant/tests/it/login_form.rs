//! The login form.

use reqwest::{Method, StatusCode};

use crate::test_env::{TestEnv, location, login_id_of, parameter};

#[tokio::test]
async fn the_login_form_has_labeled_fields_and_a_restrictive_policy() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let response = browser
        .authorize(&[("login_hint", "bob@example.com"), ("organization", "acme")])
        .await;
    let page = browser
        .get(&format!("u/login?state={}", login_id_of(&response)))
        .await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("form-action 'self' http://localhost:3000"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"));
    let html = page.text().await.unwrap();
    let html = html_escape::decode_html_entities(&html);
    for part in [
        "<label for=\"username\">",
        "id=\"username\" name=\"username\"",
        "<label for=\"password\">",
        "id=\"password\" name=\"password\"",
        ">Continue</button>",
        "value=\"bob@example.com\"",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[tokio::test]
async fn a_password_in_the_wrong_field_is_not_logged() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[]).await);
    let form = |username| {
        [
            ("state", &*login_id),
            ("username", username),
            ("password", "x"),
        ]
    };
    browser.post("u/login", &form("my-password")).await;
    browser.post("u/login", &form("Alice@example.com")).await;
    let log = env.tenant.activity_log();
    assert_eq!(
        log[0].text,
        "Wrong email or password for alice@example.com."
    );
    assert_eq!(
        log[1].text,
        "Wrong email or password for an unknown email address."
    );
}

#[tokio::test]
async fn a_wrong_password_shows_an_alert_and_the_login_can_continue() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[]).await);
    let form = |password| {
        [
            ("state", login_id.as_str()),
            ("username", "alice@example.com"),
            ("password", password),
        ]
    };
    let wrong = browser.post("u/login", &form("local-onlY")).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let html = wrong.text().await.unwrap();
    assert!(html.contains("role=\"alert\"") && html.contains("Wrong email or password."));
    assert!(!html.contains("local-onlY"));
    assert!(browser.cookies.is_empty());

    let right = browser.post("u/login", &form("local-only")).await;
    assert!(parameter(&location(&right), "code").is_some());
}

#[tokio::test]
async fn a_login_form_is_valid_for_one_login() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[]).await);
    let form = [
        ("state", login_id.as_str()),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    location(&browser.post("u/login", &form).await);
    let again = browser.post("u/login", &form).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    assert!(again.text().await.unwrap().contains("This login is over"));
}

#[tokio::test]
async fn a_cross_site_login_form_is_rejected() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[]).await);
    let form = [
        ("state", login_id.as_str()),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    let request = env
        .request(Method::POST, "u/login")
        .form(&form)
        .header("origin", "http://evil.example");
    assert_eq!(browser.send(request).await.status(), StatusCode::FORBIDDEN);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_login_page_expires_after_an_hour() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = login_id_of(&browser.authorize(&[]).await);
    env.clock.advance(60 * 60);
    let page = browser.get(&format!("u/login?state={login_id}")).await;
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
}
