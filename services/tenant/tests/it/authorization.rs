//! `/authorize`: successful and rejected requests.

use reqwest::StatusCode;
use tenant::Outcome;

use crate::test_env::{CALLBACK, TestEnv, authorize_path, location, parameter};

#[tokio::test]
async fn a_login_redirects_to_the_callback_with_code_state_and_issuer() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let callback = browser.log_in("Alice@Example.com", &[]).await;
    assert!(callback.as_str().starts_with(CALLBACK));
    assert!(parameter(&callback, "code").is_some());
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert_eq!(parameter(&callback, "iss"), Some(env.issuer.clone()));
    assert!(browser.cookies.contains_key("tenant_sso"));
}

#[tokio::test]
async fn an_unregistered_callback_yields_a_page_and_no_redirect() {
    let env = TestEnv::start().await;
    for wrong in [
        "http://localhost:3000/auth/callback/",
        "http://evil.example/auth/callback",
        "javascript:alert(1)",
    ] {
        let response = env.browser().authorize(&[("redirect_uri", wrong)]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(
            response
                .text()
                .await
                .unwrap()
                .contains("Callback URL mismatch.")
        );
    }
    assert!(env.logged(Outcome::Refused, "not in the list of allowed callback URLs"));
}

#[tokio::test]
async fn an_unknown_client_yields_a_page_with_its_id_escaped() {
    let env = TestEnv::start().await;
    let response = env
        .browser()
        .authorize(&[("client_id", "<script>alert(1)</script>")])
        .await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let html = response.text().await.unwrap();
    assert!(html.contains("Unknown client"));
    assert!(!html.contains("<script>"));
}

#[tokio::test]
async fn a_repeated_parameter_yields_a_page() {
    let env = TestEnv::start().await;
    let response = env
        .get(&format!("{}&state=other", authorize_path(&[])))
        .await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn requests_other_than_the_code_flow_with_s256_are_errors_at_the_callback() {
    let env = TestEnv::start().await;
    for (more, error) in [
        (
            &[("response_type", "token")][..],
            "unsupported_response_type",
        ),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
    ] {
        let callback = location(&env.browser().authorize(more).await);
        assert_eq!(
            parameter(&callback, "error").as_deref(),
            Some(error),
            "{more:?}"
        );
        assert_eq!(parameter(&callback, "code"), None);
    }
}
