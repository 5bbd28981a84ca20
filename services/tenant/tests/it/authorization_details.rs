//! Rich authorization requests (RFC 9396).

use serde_json::{Value, json};
use tenant::Outcome;

use crate::test_env::{Browser, PRODUCTS, TestEnv, location, login_id_of, parameter};

fn payment() -> Value {
    json!([{
        "type": "payment_initiation",
        "actions": ["initiate"],
        "amount": { "currency": "EUR", "value": "45.00" },
        "creditor": "<Shop & Co>",
    }])
}

/// Logs in as Alice, and returns the consent page and the login ID.
async fn consent_page(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> (String, String) {
    let response = browser.authorize(more).await;
    let form = [
        ("state", &*login_id_of(&response)),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    let page = location(&browser.post("u/login", &form).await);
    assert_eq!(page.path(), "/u/consent");
    let login_id = parameter(&page, "state").unwrap();
    let path = format!("u/consent?state={login_id}");
    (browser.get(&path).await.text().await.unwrap(), login_id)
}

#[tokio::test]
async fn details_are_shown_granted_and_part_of_the_tokens() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let details = payment().to_string();
    let more = [
        ("authorization_details", details.as_str()),
        ("audience", PRODUCTS),
    ];
    let (page, login_id) = consent_page(&mut browser, &more).await;
    for shown in [
        "<h2>payment_initiation</h2>",
        "EUR",
        "&lt;Shop &amp; Co&gt;",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let form = [("state", login_id.as_str()), ("action", "accept")];
    let callback = location(&browser.post("u/consent", &form).await);
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    assert_eq!(tokens.json["authorization_details"], payment());
    let (_, claims) = env.verify(tokens.text("access_token")).await;
    assert_eq!(claims["authorization_details"], payment());
    let refreshed = env.refresh(tokens.text("refresh_token"), &[]).await;
    assert_eq!(refreshed.json["authorization_details"], payment());
    assert!(
        env.logged(Outcome::Granted, "authorization details"),
        "{:?}",
        env.tenant.activity_log()
    );
}

#[tokio::test]
async fn details_that_the_user_declines_are_not_granted() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let details = payment().to_string();
    let (_, login_id) = consent_page(&mut browser, &[("authorization_details", &details)]).await;
    let form = [("state", login_id.as_str()), ("action", "decline")];
    let callback = location(&browser.post("u/consent", &form).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
}

#[tokio::test]
async fn other_details_are_errors_at_the_callback() {
    let env = TestEnv::start().await;
    for details in [
        r#"[{"type":"unknown"}]"#,
        r#"[{"actions":["initiate"]}]"#,
        r#"{"type":"payment_initiation"}"#,
        "payment",
    ] {
        let callback = location(
            &env.browser()
                .authorize(&[("authorization_details", details)])
                .await,
        );
        let error = parameter(&callback, "error");
        assert_eq!(
            error.as_deref(),
            Some("invalid_authorization_details"),
            "{details}"
        );
    }
    let details = payment().to_string();
    let silent = [
        ("authorization_details", details.as_str()),
        ("prompt", "none"),
    ];
    let callback = location(&env.browser().authorize(&silent).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("consent_required")
    );
}

#[tokio::test]
async fn discovery_and_dashboard_name_the_types() {
    let env = TestEnv::start().await;
    let response = env.get(".well-known/openid-configuration").await;
    let document: Value = response.json().await.unwrap();
    assert_eq!(
        document["authorization_details_types_supported"],
        json!(["payment_initiation"])
    );
    let dashboard = env.get("").await.text().await.unwrap();
    assert!(
        dashboard.contains("<code>payment_initiation</code>"),
        "{dashboard}"
    );
}
