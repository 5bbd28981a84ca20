//! Calls and forms of a page of another user.

use axum::body::Body;
use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_FIELD};
use http::{Method, StatusCode, header};

use super::{FORM, assert_user_changed, call, changes, page_user, post_form, switched_user};
use crate::app::TestEnv;

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
async fn an_invalid_value_is_rejected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for page in ["x", "Anonymous", "auth0|alice"] {
        let response = call(&mut browser, Method::GET, "/products", page).await;
        assert_user_changed(&response);
    }
}
