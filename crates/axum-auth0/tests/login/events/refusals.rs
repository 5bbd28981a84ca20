//! Events of refused requests.

use axum::body::Body;
use axum_auth0::{AuthEvent, CURRENT_USER_HEADER, PAGE_USER_HEADER};
use http::{Method, StatusCode, header};
use test_support::{Browser, SITE};

use super::Recorder;
use crate::app::TestEnvBuilder;

async fn script(browser: &mut Browser, method: Method, path: &str, page: &str) -> StatusCode {
    let request = browser
        .request(method, path)
        .header(header::ORIGIN, SITE)
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty")
        .header(PAGE_USER_HEADER, page)
        .body(Body::empty())
        .unwrap();
    browser.send(request).await.status
}

#[tokio::test]
async fn an_anonymous_request_is_refused_by_a_page_guard_and_by_the_extractor() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.browser();
    assert_eq!(browser.get("/products").await.status, StatusCode::SEE_OTHER);
    assert_eq!(recorder.names(), ["request_refused anonymous"]);
    assert_eq!(browser.get("/token").await.status, StatusCode::SEE_OTHER);
    assert_eq!(recorder.names(), ["request_refused anonymous"]);
    browser.get("/").await;
    browser.whoami().await;
    assert!(recorder.names().is_empty());
}

#[tokio::test]
async fn a_guard_without_a_store_refuses_the_request() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.store.set_unavailable(true);
    for path in ["/products", "/token"] {
        let status = browser.get(path).await.status;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(recorder.names(), ["request_refused store_unavailable"]);
    }
}

#[tokio::test]
async fn a_request_of_another_site_or_under_another_host_is_refused() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.browser();
    let request = browser
        .request(Method::POST, "/api/change")
        .header(header::ORIGIN, "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    let status = browser.send(request).await.status;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(recorder.names(), ["request_refused cross_site"]);

    let mut request = browser.navigation("/").body(Body::empty()).unwrap();
    let host = "another.example".parse().unwrap();
    request.headers_mut().insert(header::HOST, host);
    let status = browser.send(request).await.status;
    assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(recorder.names(), ["request_refused other_host"]);
}

#[tokio::test]
async fn a_call_of_a_page_of_another_user_is_refused() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    let response = browser.get("/").await;
    let page = response.header(CURRENT_USER_HEADER).unwrap().to_owned();
    browser.log_in(&recorder.env.provider, "bob").await;
    recorder.take();
    let status = script(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let events = recorder.take();
    let [
        AuthEvent::RequestRefused {
            login: Some(login), ..
        },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(*login, recorder.env.store.login().await.id);
    assert_eq!(events[0].outcome(), Some("page_user_mismatch"));
}

#[tokio::test]
async fn a_token_without_a_required_scope_is_a_refusal() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder
        .env
        .provider
        .modify(test_support::Part::AccessToken, |claims| {
            claims["scope"] = "read:products".into();
        });
    browser.get("/token/deleting").await;
    let names = recorder.names();
    assert!(
        names.contains(&"request_refused missing_scope".to_owned()),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_client_that_exceeds_the_rate_limit_of_logins_is_refused() {
    let limit = |builder: TestEnvBuilder| builder.set("AUTH0_LOGIN_RATE_LIMIT", "1");
    let recorder = Recorder::with(limit).await;
    let browser = recorder.browser();
    let client: std::net::SocketAddr = "203.0.113.5:40000".parse().unwrap();
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let request = browser
            .navigation("/auth/login")
            .extension(axum::extract::ConnectInfo(client))
            .body(Body::empty())
            .unwrap();
        statuses.push(browser.clone().send(request).await.status);
    }
    let limited = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(statuses, [StatusCode::SEE_OTHER, limited]);
    let names = recorder.names();
    assert_eq!(
        names,
        ["login_started", "request_refused rate_limited_login"]
    );
}
