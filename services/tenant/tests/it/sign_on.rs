//! Single sign-on, `prompt`, `max_age` and consent.

use reqwest::StatusCode;

use crate::world::{CALLBACK, NOON, World, location, login_handle, parameter};

#[tokio::test]
async fn a_second_login_is_silent_and_keeps_its_sid() {
    let world = World::start().await;
    let mut browser = world.browser();
    let mut sids = Vec::new();
    for callback in [
        browser.log_in("alice@example.com", &[]).await,
        location(&browser.authorize(&[]).await),
        location(&browser.authorize(&[("prompt", "none")]).await),
    ] {
        let answer = world.redeem(&parameter(&callback, "code").unwrap()).await;
        let (_, claims) = world.verified(answer.text("id_token")).await;
        assert_eq!(claims["sub"], "auth0|alice");
        sids.push(claims["sid"].clone());
    }
    assert_eq!(sids[0], sids[1]);
    assert_eq!(sids[0], sids[2]);
}

#[tokio::test]
async fn an_unused_session_ends_after_three_days() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.log_in("alice@example.com", &[]).await;
    world.clock.advance(3 * 24 * 60 * 60 - 1);
    assert!(parameter(&location(&browser.authorize(&[]).await), "code").is_some());
    world.clock.advance(3 * 24 * 60 * 60);
    login_handle(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn prompt_none_without_a_session_is_login_required() {
    let world = World::start().await;
    let callback = location(&world.browser().authorize(&[("prompt", "none")]).await);
    assert!(callback.as_str().starts_with(CALLBACK));
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("login_required")
    );
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert_eq!(parameter(&callback, "iss"), Some(world.issuer.clone()));
}

#[tokio::test]
async fn prompt_login_and_a_passed_max_age_ask_for_the_password_again() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.log_in("alice@example.com", &[]).await;
    world.clock.advance(100);
    login_handle(&browser.authorize(&[("prompt", "login")]).await);
    login_handle(&browser.authorize(&[("max_age", "99")]).await);
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
    let answer = world.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = world.verified(answer.text("id_token")).await;
    assert_eq!(claims["auth_time"], NOON + 100);
}

#[tokio::test]
async fn somebody_else_logging_in_replaces_the_session_and_its_cookie() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.log_in("alice@example.com", &[]).await;
    let before = browser.cookies["tenant_sso"].clone();
    browser
        .log_in("bob@example.com", &[("prompt", "login")])
        .await;
    assert_ne!(browser.cookies["tenant_sso"], before);

    let silent = location(&browser.authorize(&[]).await);
    let answer = world.redeem(&parameter(&silent, "code").unwrap()).await;
    assert_eq!(
        world.verified(answer.text("id_token")).await.1["sub"],
        "auth0|bob"
    );

    let mut thief = world.browser();
    thief.cookies.insert("tenant_sso".to_owned(), before);
    login_handle(&thief.authorize(&[]).await);
}

#[tokio::test]
async fn logging_in_again_gives_a_new_cookie() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.log_in("alice@example.com", &[]).await;
    let before = browser.cookies["tenant_sso"].clone();
    browser
        .log_in("alice@example.com", &[("prompt", "login")])
        .await;
    let mut thief = world.browser();
    thief.cookies.insert("tenant_sso".to_owned(), before);
    login_handle(&thief.authorize(&[]).await);
}

#[tokio::test]
async fn consent_is_asked_for_where_the_application_wants_it() {
    let world = World::start().await;
    let mut browser = world.browser();
    for (action, name) in [("decline", "error"), ("accept", "code")] {
        let asked = browser.authorize(&[("prompt", "login consent")]).await;
        let form = [
            ("state", &*login_handle(&asked)),
            ("username", "alice@example.com"),
            ("password", "local-only"),
        ];
        let page = location(&browser.post("u/login", &form).await);
        assert_eq!(page.path(), "/u/consent");
        let handle = parameter(&page, "state").unwrap();
        let html = browser
            .get(&format!("u/consent?state={handle}"))
            .await
            .text()
            .await
            .unwrap();
        assert!(html_escape::decode_html_entities(&html).contains("<code>offline_access</code>"));
        let stranger = world
            .browser()
            .post("u/consent", &[("state", &handle), ("action", "accept")])
            .await;
        assert_eq!(stranger.status(), StatusCode::BAD_REQUEST);
        let callback = location(
            &browser
                .post("u/consent", &[("state", &handle), ("action", action)])
                .await,
        );
        assert!(parameter(&callback, name).is_some(), "{callback}");
    }
}
