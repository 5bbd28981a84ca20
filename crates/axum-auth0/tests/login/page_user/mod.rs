//! Requests of a page that was rendered for another user.

mod rejections;
mod sessions;

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_HEADER};
use http::{Method, StatusCode, header};
use test_support::{Browser, SITE, TestResponse};

use crate::app::TestEnv;

const FORM: &str = "application/x-www-form-urlencoded";

/// Returns the value for a page that this browser opens now.
async fn page_user(browser: &mut Browser) -> String {
    let response = browser.get("/").await;
    response.header(CURRENT_USER_HEADER).unwrap().to_owned()
}

/// Returns a browser in which Alice opened a page and then Bob logged in, and the value of her page.
async fn switched_user(env: &TestEnv) -> (Browser, String) {
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    browser.log_in(&env.provider, "bob").await;
    (browser, page)
}

fn changes(env: &TestEnv) -> usize {
    env.app.changes.load(Ordering::SeqCst)
}

/// Sends a call of the page's script.
async fn call(browser: &mut Browser, method: Method, path: &str, page: &str) -> TestResponse {
    let request = browser
        .request(method, path)
        .header(header::ACCEPT, "application/json")
        .header(header::ORIGIN, SITE)
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty")
        .header(PAGE_USER_HEADER, page)
        .body(Body::empty())
        .unwrap();
    browser.send(request).await
}

/// Posts a form as a navigation.
async fn post_form(
    browser: &mut Browser,
    path: &str,
    content_type: &str,
    body: String,
) -> TestResponse {
    let request = browser
        .request(Method::POST, path)
        .header(header::ACCEPT, "text/html,*/*;q=0.8")
        .header(header::ORIGIN, SITE)
        .header(header::REFERER, format!("{SITE}/products?page=2"))
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

fn assert_user_changed(response: &TestResponse) {
    assert_eq!(response.status, StatusCode::CONFLICT, "{}", response.body);
    assert_eq!(response.json()["code"], "user_changed");
    assert_eq!(response.header("cache-control"), Some("no-store"));
}
