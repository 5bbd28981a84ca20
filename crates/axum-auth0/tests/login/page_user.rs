//! Requests of a page that was rendered for another user.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER};
use http::{Method, StatusCode, header};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, SITE, TestResponse};

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

#[tokio::test]
async fn a_call_from_another_users_page_is_rejected_for_any_method_and_path() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    let bob = page_user(&mut browser).await;
    for (method, path) in [
        (Method::POST, "/api/change"),
        (Method::POST, "/products"),
        (Method::GET, "/api/list"),
        (Method::GET, "/products"),
        (Method::GET, "/token"),
        (Method::GET, "/auth/profile"),
        (Method::GET, "/auth/access-token"),
    ] {
        let response = call(&mut browser, method.clone(), path, &page).await;
        assert_user_changed(&response);
        assert!(!response.body.contains("bob"), "{method} {path}");
        // The response names the current user.
        assert_eq!(response.header(CURRENT_USER_HEADER), Some(&*bob));
    }
    assert_eq!(changes(&env), 0);
    // A page that was rendered for Bob is accepted.
    let response = call(&mut browser, Method::POST, "/api/change", &bob).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    assert_eq!(changes(&env), 1);
}

#[tokio::test]
async fn a_form_from_another_users_page_is_rejected_with_a_link_back() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"{PAGE_USER_FIELD}\"\r\n\r\n{page}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n--b--\r\n"
    );
    for (path, content_type, body) in [
        (
            "/api/change".to_owned(),
            FORM,
            format!("name=x&{PAGE_USER_FIELD}={page}"),
        ),
        (
            "/products".to_owned(),
            FORM,
            format!("{PAGE_USER_FIELD}={page}&name=x"),
        ),
        (
            "/api/change".to_owned(),
            "multipart/form-data; boundary=b",
            multipart,
        ),
        (
            format!("/api/change?{PAGE_USER_FIELD}={page}"),
            "text/plain",
            "name=x".to_owned(),
        ),
    ] {
        let response = post_form(&mut browser, &path, content_type, body).await;
        assert_eq!(response.status, StatusCode::CONFLICT, "{}", response.body);
        assert!(
            response.body.contains("Someone else is signed in now"),
            "{}",
            response.body
        );
        assert!(
            response.body.contains("href=\"/products?page=2\""),
            "{}",
            response.body
        );
    }
    assert_eq!(changes(&env), 0);
}

#[tokio::test]
async fn the_link_back_from_a_rejected_form_stays_on_the_site() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    for referer in [
        "https://evil.example//evil.example/x",
        "/\\evil.example",
        "about:blank",
        "",
    ] {
        let request = browser
            .form("/api/change")
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, referer)
            .body(Body::from(format!("{PAGE_USER_FIELD}={page}")))
            .unwrap();
        let response = browser.send(request).await;
        assert_eq!(response.status, StatusCode::CONFLICT);
        assert!(!response.body.contains("evil"), "{}", response.body);
        assert!(response.body.contains("href=\"/\""), "{}", response.body);
    }
}

#[tokio::test]
async fn a_url_with_another_users_value_is_rejected_with_a_link_without_it() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    let response = browser
        .get(&format!("/products?q=a&{PAGE_USER_FIELD}={page}&n=1"))
        .await;
    assert_eq!(response.status, StatusCode::CONFLICT);
    assert!(
        response.body.contains("href=\"/products?q=a&amp;n=1\""),
        "{}",
        response.body
    );
    assert!(!response.body.contains("auth0|bob"), "{}", response.body);
    // An event stream or a WebSocket cannot have headers of its own.
    let response = browser
        .fetch(
            &format!("/api/list?{PAGE_USER_FIELD}={page}"),
            &[
                ("sec-fetch-site", "same-origin"),
                ("accept", "text/event-stream"),
            ],
        )
        .await;
    assert_user_changed(&response);
}

#[tokio::test]
async fn a_page_stays_valid_when_its_user_logs_in_again() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    browser.log_in(&env.provider, "alice").await;
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // With a logout in between, too.
    browser.post("/auth/logout", "").await;
    browser.log_in(&env.provider, "alice").await;
    let response = call(&mut browser, Method::GET, "/products", &page).await;
    assert_eq!(response.body, "the products of auth0|alice");
}

#[tokio::test]
async fn a_page_whose_session_ended_is_treated_as_anonymous() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    browser.post("/auth/logout", "").await;
    let response = call(&mut browser, Method::GET, "/auth/profile", &page).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.header(CURRENT_USER_HEADER), Some("anonymous"));
}

#[tokio::test]
async fn a_page_from_before_the_login_may_read_but_change_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let page = page_user(&mut browser).await;
    assert_eq!(page, "anonymous");
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(
        response.status,
        StatusCode::OK,
        "a stranger's call of a stranger's page"
    );

    browser.log_in(&env.provider, "bob").await;
    let response = call(&mut browser, Method::GET, "/whoami", &page).await;
    assert_eq!(response.body, "auth0|bob");
    assert_ne!(response.header(CURRENT_USER_HEADER), Some("anonymous"));
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_user_changed(&response);
    let response = post_form(
        &mut browser,
        "/api/change",
        FORM,
        format!("{PAGE_USER_FIELD}={page}"),
    )
    .await;
    assert_eq!(response.status, StatusCode::CONFLICT);
    assert!(
        response.body.contains("You have logged in since"),
        "{}",
        response.body
    );
    assert_eq!(changes(&env), 1);
}

/// A bidirectional channel can change state.
#[tokio::test]
async fn a_page_from_before_the_login_opens_no_websocket() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("bob").await;
    let path = format!("/api/list?{PAGE_USER_FIELD}=anonymous");
    let handshake = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("origin", SITE),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "websocket"),
    ];
    assert_user_changed(&browser.fetch(&path, &handshake).await);
    let read = [("sec-fetch-site", "same-origin")];
    assert_eq!(browser.fetch(&path, &read).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_a_value_is_not_checked() {
    let env = TestEnv::new().await;
    let (mut browser, _) = switched_user(&env).await;
    assert_eq!(browser.post("/api/change", "name=x").await.body, "changed");
    let empty = format!("name=x&{PAGE_USER_FIELD}=");
    assert_eq!(browser.post("/api/change", &empty).await.body, "changed");
    assert_eq!(
        browser.get("/products").await.body,
        "the products of auth0|bob"
    );
}

#[tokio::test]
async fn an_invalid_value_is_rejected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for page in ["x", "Anonymous", "auth0|alice"] {
        let response = call(&mut browser, Method::GET, "/products", page).await;
        assert_user_changed(&response);
    }
}

#[tokio::test]
async fn a_logout_from_any_users_page_ends_the_session() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    let response = browser
        .post("/auth/logout", &format!("{PAGE_USER_FIELD}={page}"))
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_page_stays_valid_when_the_secret_is_rotated() {
    const OLD: &str = "an-old-secret-3141592653589793238462643383";
    const NEW: &str = "a-new-secret-27182818284590452353602874713";
    let env = TestEnvBuilder::new().set("AUTH0_SECRET", OLD).build().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    let both = format!("{NEW},{OLD}");
    let mut browser = browser.with_router(&env.restarted(&[("AUTH0_SECRET", Some(&both))]).await);
    assert_ne!(page_user(&mut browser).await, page);
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // With another value the page would reload.
    assert_eq!(response.header("auth0-current-user"), Some(&*page));
}
