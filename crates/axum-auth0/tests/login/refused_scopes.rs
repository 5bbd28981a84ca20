//! Scopes that the provider refuses, and empty scope variables.

use test_support::{Endpoint, PRODUCTS, Reply, log_capture};

use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_login_rejected_for_a_scope_lists_the_scopes_with_their_variables() {
    for (description, named) in [
        (None, false),
        (
            Some("The requested scope is invalid, unknown, or malformed"),
            false,
        ),
        (
            Some("The client may not request scope 'read:products'."),
            true,
        ),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.browser();
        let mut returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await
            .without("code")
            .with("error", "invalid_scope");
        if let Some(description) = description {
            returned = returned.with("error_description", description);
        }
        let response = browser.get(&returned.path()).await;
        env.assert_login_failed(&mut browser, &response, 500, "invalid_scope")
            .await;
        let log = log_capture::captured();
        assert!(log.contains("code=\"scope_refused\""), "{log}");
        for part in [
            "AUTH0_SCOPE: `openid`, `profile`, `email`, `offline_access`",
            "PRODUCTS_API_SCOPE: `read:products`, `write:products`",
            "`PRODUCTS_API_SCOPE=` asks for none",
        ] {
            assert!(
                response.body.contains(part),
                "{part} is not in {}",
                response.body
            );
            assert!(log.contains(part), "{part} is not in the log");
        }
        let names = "It names `read:products` (PRODUCTS_API_SCOPE)";
        assert_eq!(response.body.contains(names), named, "{description:?}");
    }
}

#[tokio::test]
async fn an_empty_scope_variable_requests_no_scope() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_SCOPE", "")
        .build()
        .await;
    let mut browser = env.browser();
    let begun = browser.start_login("/products").await;
    assert_eq!(
        begun.redirect_parameter("scope").unwrap(),
        "openid profile email offline_access"
    );
    let mut browser = env.logged_in("alice").await;
    let token = env.token(&mut browser).await;
    assert_eq!(token["audience"], PRODUCTS);
}

#[tokio::test]
async fn a_code_rejected_for_a_scope_lists_the_scopes_too() {
    let env = TestEnv::new().await;
    env.provider
        .reply(Endpoint::Exchange, Reply::error(400, "invalid_scope"));
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "invalid_scope")
        .await;
    assert!(
        response
            .body
            .contains("PRODUCTS_API_SCOPE: `read:products`")
    );
}
