//! Forged cookies and callbacks.

mod callbacks;
mod cookies;

use reqwest::Method;

use crate::{
    browser::{ALICE, Browser, PASSWORD, Response},
    test_env::TestEnv,
};

/// Logs in up to the redirect to the callback.
async fn up_to_the_callback(browser: &Browser) -> Response {
    let login = browser.open("/products").await.assert_status(200);
    let typed = [("username", ALICE), ("password", PASSWORD)];
    let response = browser
        .submit(&login, login.html().form("/u/login"), &typed)
        .await;
    assert_eq!(response.redirect_target().path(), "/auth/callback");
    response
}

fn token_requests(env: &TestEnv) -> usize {
    env.tenant_requests
        .matching(&Method::POST, "/oauth/token")
        .len()
}
