//! A login that expired at the provider is restarted in a navigation.

use http::StatusCode;
use test_support::AuthorizationResponse;

use super::get;
use crate::app::TestEnv;

/// The response of Keycloak after its login page was open for too long.
fn with_expired_authentication(returned: &AuthorizationResponse) -> AuthorizationResponse {
    returned
        .clone()
        .without("code")
        .with("error", "temporarily_unavailable")
        .with("error_description", "authentication_expired")
}

#[tokio::test]
async fn a_login_that_expired_at_the_provider_is_restarted_once() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let response = browser
        .get(&with_expired_authentication(&returned).path())
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    let again = env.provider.authorize(response.location(), "alice");
    assert_eq!(
        browser.pending_logins(),
        1,
        "the first transaction is spent"
    );
    let mut twice = browser.clone();
    let response = twice.get(&with_expired_authentication(&again).path()).await;
    env.assert_login_failed(&mut twice, &response, 503, "the second time")
        .await;
    assert_eq!(twice.pending_logins(), 0);
    let response = browser.get(&again.path()).await;
    assert_eq!(response.location(), "/products?page=2");
}

#[tokio::test]
async fn only_an_expired_login_in_a_navigation_is_restarted() {
    let env = TestEnv::new().await;
    for (code, description) in [
        ("temporarily_unavailable", "overloaded"),
        ("temporarily_unavailable", "authentication_expired again"),
        ("access_denied", "authentication_expired"),
        ("server_error", "authentication_expired"),
    ] {
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        let returned = with_expired_authentication(&returned)
            .with("error", code)
            .with("error_description", description);
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.header("location"), None, "{code} {description}");
        assert!(!response.status.is_redirection(), "{code} {description}");
    }
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let frame = &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let response = get(
        &mut browser,
        &with_expired_authentication(&returned).path(),
        &[frame],
    )
    .await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_restarted_login_has_the_same_parameters() {
    let env = TestEnv::new().await;
    for query in [
        "max_age=0&organization=A",
        "prompt=login",
        "login_hint=alice%40example.com&connection=google&acr_values=a%20b&ui_locales=de%20en",
        "screen_hint=signup&invitation=ticket",
    ] {
        for lost in [true, false] {
            let mut browser = env.browser();
            let first = browser
                .get(&format!("/auth/login?returnTo=%2Fproducts&{query}"))
                .await;
            let mut returned = env.provider.authorize(first.location(), "alice");
            if lost {
                browser.jar.clear();
            } else {
                returned = with_expired_authentication(&returned);
            }
            let again = browser.get(&returned.path()).await;
            for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
                assert_eq!(
                    again.redirect_parameter(&name),
                    first.redirect_parameter(&name),
                    "{query}"
                );
            }
            assert_ne!(
                again.redirect_parameter("nonce"),
                first.redirect_parameter("nonce")
            );
            env.provider.authorize(again.location(), "alice");
        }
    }
}

#[tokio::test]
async fn a_login_with_parameters_too_long_for_state_is_not_restarted() {
    let env = TestEnv::new().await;
    for query in [
        format!("max_age=0&login_hint={}", "a".repeat(510)),
        format!(
            "acr_values={}&organization={}",
            "a".repeat(300),
            "b".repeat(300)
        ),
    ] {
        let mut browser = env.browser();
        let first = browser.get(&format!("/auth/login?{query}")).await;
        let state = first.redirect_parameter("state").unwrap();
        assert!(state.len() < 2_000, "{}", state.len());
        let returned = env.provider.authorize(first.location(), "alice");
        // With its cookie it completes.
        assert_eq!(
            browser.clone().get(&returned.path()).await.status,
            StatusCode::BAD_GATEWAY,
            "the provider of the tests knows neither organization nor auth_time"
        );
        browser.jar.clear();
        let response = browser.get(&returned.path()).await;
        env.assert_login_failed(&mut browser, &response, 400, &query)
            .await;
    }
}
