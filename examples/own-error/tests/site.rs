//! Which response each error is.

use example_support::{AUDIENCE, Browser, start_site};
use reqwest::{Method, Response};

const SITE: &str = env!("CARGO_BIN_EXE_own-error");

/// Sends a request as a script of the site does.
async fn fetch(browser: &Browser, path: &str) -> Response {
    let request = browser.request(Method::GET, path);
    let request = request.header("sec-fetch-mode", "cors");
    request.send().await.expect("a response")
}

#[tokio::test]
async fn a_page_of_an_anonymous_user_is_the_login_and_a_call_is_401() {
    let (_site, browser) = start_site(SITE, AUDIENCE).await;
    for path in ["/products", "/account"] {
        browser.open(path).await.assert(200, "password");
        let response = fetch(&browser, path).await;
        assert_eq!(response.status(), 401);
        let body = response.text().await.expect("a body");
        assert!(body.contains("\"code\":\"sign_in_required\""), "{body}");
    }
}

#[tokio::test]
async fn an_own_error_has_the_status_and_the_code_that_the_application_chose() {
    let (_site, browser) = start_site(SITE, AUDIENCE).await;
    let products = browser.log_in("/products", "alice@example.com").await;
    products.assert(200, "Kettle");
    browser.open("/account").await.assert(200, "auth0|alice");
    browser.open("/products/Kettle").await.assert(200, "Kettle");
    let missing = browser.open("/products/Mug").await;
    missing.assert(404, "\"code\":\"no_such_product\"");
    missing.assert(404, "there is no product called Mug");
}

#[tokio::test]
async fn an_api_with_another_audience_is_a_misconfiguration() {
    let (_site, browser) = start_site(SITE, "https://orders.example.com").await;
    let page = browser.log_in("/products", "alice@example.com").await;
    page.assert(500, "\"code\":\"misconfigured\"");
}
