//! Single sign-on, `prompt`, `max_age` and consent.

use reqwest::StatusCode;

use crate::test_env::{CALLBACK, START_TIME, TestEnv, location, login_id_of, parameter};

#[tokio::test]
async fn a_second_login_is_silent_and_keeps_the_sid() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let mut sids = Vec::new();
    for callback in [
        browser.log_in("alice@example.com", &[]).await,
        location(&browser.authorize(&[]).await),
        location(&browser.authorize(&[("prompt", "none")]).await),
    ] {
        let response = env.redeem(&parameter(&callback, "code").unwrap()).await;
        let (_, claims) = env.verify(response.text("id_token")).await;
        assert_eq!(claims["sub"], "auth0|alice");
        sids.push(claims["sid"].clone());
    }
    assert_eq!(sids[0], sids[1]);
    assert_eq!(sids[0], sids[2]);
}

#[tokio::test]
async fn an_unused_session_expires_after_three_days() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in("alice@example.com", &[]).await;
    env.clock.advance(3 * 24 * 60 * 60 - 1);
    assert!(parameter(&location(&browser.authorize(&[]).await), "code").is_some());
    env.clock.advance(3 * 24 * 60 * 60);
    login_id_of(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn prompt_none_without_a_session_yields_login_required() {
    let env = TestEnv::start().await;
    let callback = location(&env.browser().authorize(&[("prompt", "none")]).await);
    assert!(callback.as_str().starts_with(CALLBACK));
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("login_required")
    );
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert_eq!(parameter(&callback, "iss"), Some(env.issuer.clone()));
}

#[tokio::test]
async fn prompt_login_and_an_exceeded_max_age_require_the_password() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in("alice@example.com", &[]).await;
    env.clock.advance(100);
    login_id_of(&browser.authorize(&[("prompt", "login")]).await);
    login_id_of(&browser.authorize(&[("max_age", "99")]).await);
    assert!(
        parameter(
            &location(&browser.authorize(&[("max_age", "100")]).await),
            "code"
        )
        .is_some()
    );

    let callback = browser
        .log_in("alice@example.com", &[("max_age", "0")])
        .await;
    let response = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(response.text("id_token")).await;
    assert_eq!(claims["auth_time"], START_TIME + 100);
}

#[tokio::test]
async fn a_login_of_another_user_replaces_the_session_and_its_cookie() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in("alice@example.com", &[]).await;
    let before = browser.cookies["tenant_sso"].clone();
    browser
        .log_in("bob@example.com", &[("prompt", "login")])
        .await;
    assert_ne!(browser.cookies["tenant_sso"], before);

    let silent = location(&browser.authorize(&[]).await);
    let response = env.redeem(&parameter(&silent, "code").unwrap()).await;
    assert_eq!(
        env.verify(response.text("id_token")).await.1["sub"],
        "auth0|bob"
    );

    let mut attacker = env.browser();
    attacker.cookies.insert("tenant_sso".to_owned(), before);
    login_id_of(&attacker.authorize(&[]).await);
}

#[tokio::test]
async fn a_new_login_of_the_same_user_changes_the_cookie() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in("alice@example.com", &[]).await;
    let before = browser.cookies["tenant_sso"].clone();
    browser
        .log_in("alice@example.com", &[("prompt", "login")])
        .await;
    let mut attacker = env.browser();
    attacker.cookies.insert("tenant_sso".to_owned(), before);
    login_id_of(&attacker.authorize(&[]).await);
}

#[tokio::test]
async fn consent_is_requested_if_the_application_asks_for_it() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    for (action, name) in [("decline", "error"), ("accept", "code")] {
        let response = browser.authorize(&[("prompt", "login consent")]).await;
        let form = [
            ("state", &*login_id_of(&response)),
            ("username", "alice@example.com"),
            ("password", "local-only"),
        ];
        let page = location(&browser.post("u/login", &form).await);
        assert_eq!(page.path(), "/u/consent");
        let login_id = parameter(&page, "state").unwrap();
        let html = browser
            .get(&format!("u/consent?state={login_id}"))
            .await
            .text()
            .await
            .unwrap();
        assert!(html_escape::decode_html_entities(&html).contains("<code>offline_access</code>"));
        let other_browser = env
            .browser()
            .post("u/consent", &[("state", &login_id), ("action", "accept")])
            .await;
        assert_eq!(other_browser.status(), StatusCode::BAD_REQUEST);
        let callback = location(
            &browser
                .post("u/consent", &[("state", &login_id), ("action", action)])
                .await,
        );
        assert!(parameter(&callback, name).is_some(), "{callback}");
    }
}
