//! What becomes of the errors: the status and body of a call, the text on a page, the text beside a form without
//! JavaScript.

#![expect(clippy::unwrap_used, reason = "tests")]

use example_support::{AUDIENCE, Browser, Port, TestTenant, serve, serve_api};
use own_error_leptos::{AppError, server};
use reqwest::{Method, StatusCode, header};

/// Starts tenant, API and site.
async fn start(api_audience: &str) -> Browser {
    let port = Port::reserve();
    let site = port.origin();
    let tenant = TestTenant::start(&site).await;
    let api = serve_api(&tenant.issuer, api_audience);
    let further = [
        ("PRODUCTS_API_URL", api.as_str()),
        ("AUTH0_SESSION_STORE", "memory:"),
    ];
    let variables = tenant.variables(&further).into_iter().collect();
    serve(port, server::router(variables).await.unwrap());
    Browser::new(&site)
}

/// Calls the server function `order` as the page's WASM does.
async fn order(browser: &Browser, name: &str, pieces: &str) -> (StatusCode, String) {
    let page = browser.open("/products").await;
    let action = page.form_action();
    let response = browser
        .request(Method::POST, &action)
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .form(&[("name", name), ("pieces", pieces)])
        .send()
        .await
        .unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_call_returns_the_own_error_with_its_status() {
    let browser = start(AUDIENCE).await;
    let page = browser.log_in("/products", "alice@example.com").await;
    page.assert(200, "<li>Kettle");
    for (name, pieces, status, expected) in [
        ("Kettle", "11", 422, AppError::TooMany { max: 10 }),
        (
            "Mug",
            "1",
            404,
            AppError::NoSuchProduct { name: "Mug".into() },
        ),
    ] {
        let (found, body) = order(&browser, name, pieces).await;
        assert_eq!(found.as_u16(), status, "{body}");
        assert_eq!(serde_json::from_str::<AppError>(&body).unwrap(), expected);
    }
    let (status, _) = order(&browser, "Kettle", "1").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_form_without_javascript_comes_back_with_the_error_and_what_was_typed() {
    let browser = start(AUDIENCE).await;
    let page = browser.log_in("/products", "alice@example.com").await;
    let again = browser
        .submit(&page, &[("name", "Mug"), ("pieces", "3")])
        .await;
    assert_eq!(again.url.path(), "/products");
    again.assert(200, "There is no product called Mug.");
    again.assert(200, "value=\"3\"");
}

#[tokio::test]
async fn a_page_shows_the_error_of_its_resource_with_its_status() {
    let browser = start("https://orders.example.com").await;
    let page = browser.log_in("/products", "alice@example.com").await;
    page.assert(500, "role=\"alert\"");
    page.assert(500, "expects another audience");
}
