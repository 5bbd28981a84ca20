//! `/oidc/logout` and `/v2/logout`.

use reqwest::{Method, StatusCode};
use url::form_urlencoded;

use crate::test_env::{
    Browser, CLIENT_ID, JsonResponse, PRODUCTS, TestEnv, location, login_id_of, parameter,
};

pub(crate) const SIGNED_OUT: &str = "http://localhost:3000/signed-out";

pub(crate) fn logout_path(parameters: &[(&str, &str)]) -> String {
    format!(
        "oidc/logout?{}",
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish()
    )
}

pub(crate) async fn log_in(env: &TestEnv) -> (Browser<'_>, JsonResponse) {
    let mut browser = env.browser();
    let callback = browser.log_in("alice@example.com", &[]).await;
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    (browser, tokens)
}

#[tokio::test]
async fn logout_with_the_id_token_ends_the_session_and_redirects_with_state() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    let hint = tokens.text("id_token");
    let path = logout_path(&[
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", SIGNED_OUT),
        ("state", "s1"),
    ]);
    let before = browser.cookies["tenant_sso"].clone();
    assert_eq!(
        location(&browser.get(&path).await).as_str(),
        format!("{SIGNED_OUT}?state=s1")
    );
    assert!(browser.cookies.is_empty());
    browser.cookies.insert("tenant_sso".to_owned(), before);
    login_id_of(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn an_expired_id_token_is_a_valid_hint() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    env.clock.advance(11 * 60 * 60);
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
}

#[tokio::test]
async fn the_sid_as_logout_hint_identifies_the_session() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    let path = logout_path(&[
        ("client_id", CLIENT_ID),
        ("logout_hint", claims["sid"].as_str().unwrap()),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
}

#[tokio::test]
async fn without_a_hint_the_user_has_to_confirm_first() {
    let env = TestEnv::start().await;
    let (mut browser, _) = log_in(&env).await;
    let form = [
        ("client_id", CLIENT_ID),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ];
    let confirmation = browser.get(&logout_path(&form)).await;
    assert_eq!(confirmation.status(), StatusCode::OK);
    assert!(
        confirmation
            .text()
            .await
            .unwrap()
            .contains("Do you want to log out")
    );
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );

    let mut confirmed = form.to_vec();
    confirmed.push(("confirmed", "yes"));
    let cross_site = env
        .request(Method::POST, "oidc/logout")
        .form(&confirmed)
        .header("origin", "http://evil.example");
    assert_eq!(
        browser.send(cross_site).await.status(),
        StatusCode::OK,
        "another site cannot confirm"
    );
    assert_eq!(
        location(&browser.post("oidc/logout", &confirmed).await).as_str(),
        SIGNED_OUT
    );
    login_id_of(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn an_unregistered_logout_url_yields_a_page_and_the_session_remains() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    let hint = ("id_token_hint", tokens.text("id_token"));
    for wrong in [
        "http://evil.example/",
        "http://localhost:3000/signed-out?x=1",
        "javascript:alert(1)",
    ] {
        let rejected = browser
            .get(&logout_path(&[hint, ("post_logout_redirect_uri", wrong)]))
            .await;
        assert_eq!(rejected.status(), StatusCode::BAD_REQUEST);
    }
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );
}

#[tokio::test]
async fn hints_that_are_not_id_tokens_of_the_client_are_rejected() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    for hint in ["invalid", tokens.text("access_token")] {
        assert_eq!(
            env.get(&logout_path(&[("id_token_hint", hint)]))
                .await
                .status(),
            StatusCode::BAD_REQUEST
        );
    }
    let other = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("client_id", "other"),
    ]);
    assert_eq!(env.get(&other).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_second_logout_redirects_to_the_same_url() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    for _ in 0..2 {
        assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
    }
}

#[tokio::test]
async fn refresh_tokens_outlive_the_session_like_at_auth0() {
    let env = TestEnv::start().await;
    let (mut browser, tokens) = log_in(&env).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;
    assert_eq!(
        env.refresh(tokens.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn v2_logout_redirects_to_registered_urls_only() {
    let env = TestEnv::start().await;
    let (mut browser, _) = log_in(&env).await;
    let evil = browser
        .get(&format!(
            "v2/logout?client_id={CLIENT_ID}&returnTo=http%3A%2F%2Fevil.example"
        ))
        .await;
    assert_eq!(evil.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        browser
            .get(&format!("v2/logout?returnTo={SIGNED_OUT}"))
            .await
            .status(),
        StatusCode::BAD_REQUEST
    );
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );

    let path = format!("v2/logout?client_id={CLIENT_ID}&returnTo={SIGNED_OUT}");
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
    login_id_of(&browser.authorize(&[]).await);
}
