//! The site and the API of `examples/api-bearer` with a local tenant: login, protected page, call of the API, logout.

use example_support::{AUDIENCE, Program, start_site};

const SITE: &str = env!("CARGO_BIN_EXE_plain-axum");

#[tokio::test]
async fn a_user_logs_in_sees_the_products_and_logs_out() {
    let (site, browser) = start_site(SITE, AUDIENCE).await;
    browser.open("/").await.assert(200, "Log in");

    let products = browser.log_in("/products", "alice@example.com").await;
    assert_eq!(products.url.path(), "/products");
    products.assert(200, "<li>Kettle</li>");

    let home = browser.open("/").await;
    home.assert(200, "Hello Alice");
    let goodbye = browser.submit(&home, &[]).await;
    assert_eq!(goodbye.url.path(), "/signed-out");
    goodbye.assert(200, "logged out");
    browser.open("/").await.assert(200, "Log in");
    browser.open("/products").await.assert(200, "password");

    #[cfg(unix)]
    site.interrupt().await;
}

#[tokio::test]
async fn a_script_without_a_session_gets_401() {
    let (_site, browser) = start_site(SITE, AUDIENCE).await;
    let request = browser.request(reqwest::Method::GET, "/products");
    let response = request
        .header("sec-fetch-mode", "cors")
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn the_site_says_why_an_api_with_another_audience_rejects_its_tokens() {
    let (_site, browser) = start_site(SITE, "https://orders.example.com").await;
    let page = browser.log_in("/products", "alice@example.com").await;
    page.assert(500, "expects another audience");
}

#[tokio::test]
async fn a_wrong_configuration_does_not_start() {
    let message = Program::fail(SITE, &[]).await;
    for variable in [
        "AUTH0_DOMAIN",
        "AUTH0_CLIENT_ID",
        "AUTH0_SECRET",
        "PRODUCTS_API_URL",
    ] {
        assert!(message.contains(variable), "{message}");
    }
}
