//! Two users of one browser: a page that was rendered for one user does nothing in the name of the other.

use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER};
use reqwest::{Method, header};

use super::forms::{ADD, DELETE, RENAME, TEAPOT, editor, names, products_of};
use crate::{
    browser::{ALICE, BOB, Browser, PASSWORD, Response},
    test_env::TestEnv,
};

const ORDER: &str = "/api/orders";

/// Logs `who` in, in another tab of the same browser. Returns the products page there.
async fn log_in_as(browser: &Browser, who: &str) -> Response {
    let form = browser
        .open("/auth/login?prompt=login&returnTo=%2Fproducts")
        .await
        .assert_status(200);
    browser
        .submit_login(&form, who, PASSWORD)
        .await
        .assert_status(200)
}

fn page_user(page: &Response) -> String {
    page.html().form(ADD).fields[PAGE_USER_FIELD].clone()
}

/// Calls a server function as the scripts of `page` do.
async fn call(browser: &Browser, page: &Response, method: Method, path: &str) -> Response {
    let mut request = browser
        .request(method.clone(), path)
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty")
        .header(PAGE_USER_HEADER, page_user(page));
    if method == Method::POST {
        let origin = page.url.origin().ascii_serialization();
        request = request.header(header::ORIGIN, origin).form(TEAPOT);
    }
    browser.send(request).await
}

#[tokio::test]
async fn no_form_of_alices_page_runs_in_bobs_name() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    browser.log_in(ALICE).await.assert_status(200);
    let first = products_of(&browser).await.remove(0);
    let (hers, _) = editor(&browser, &first, RENAME).await;
    let his = log_in_as(&browser, BOB).await;
    let before = products_of(&browser).await;
    let asked = env.products_requests.entries().len();

    for form in [ADD, RENAME, DELETE, ORDER] {
        let response = browser
            .submit(&hers, hers.html().form(form), &[])
            .await
            .assert_status(409);
        let page = response.html();
        assert!(
            page.text().contains("Someone else is signed in now"),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Bob Example"), "{}", page.text());
        assert!(
            response.body.contains("href=\"/products"),
            "{}",
            response.body
        );
    }
    assert_eq!(
        env.products_requests.entries().len(),
        asked,
        "no call of the API"
    );
    assert_eq!(products_of(&browser).await, before);

    // The forms of Bob's page work.
    let response = browser
        .submit(&his, his.html().form(ADD), TEAPOT)
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/products?done=added");
    assert_eq!(products_of(&browser).await.len(), before.len() + 1);
}

#[tokio::test]
async fn no_form_of_the_tokens_page_runs_in_another_users_name() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    browser.log_in(ALICE).await.assert_status(200);
    let hers = browser.open("/tokens").await.assert_status(200);
    log_in_as(&browser, BOB).await;
    for form in ["/tokens/renew", "/tokens/revoke"] {
        browser
            .submit(&hers, hers.html().form(form), &[])
            .await
            .assert_status(409);
    }
    let his = browser.open("/tokens").await.assert_status(200);
    assert!(his.html().text().contains("✓ held"));
}

#[tokio::test]
async fn no_call_of_alices_page_reads_or_changes_what_is_bobs() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let hers = browser.log_in(ALICE).await.assert_status(200);
    let his = log_in_as(&browser, BOB).await;
    for (method, path) in [
        (Method::GET, "/api/products"),
        (Method::GET, "/api/orders"),
        (Method::GET, "/auth/user"),
        (Method::GET, "/auth/profile"),
        (Method::POST, ADD),
    ] {
        let response = call(&browser, &hers, method, path).await.assert_status(409);
        assert_eq!(response.json()["code"], "user_changed", "{path}");
        assert_eq!(response.headers[CURRENT_USER_HEADER], *page_user(&his));
        assert!(!response.body.contains("bob"), "{}", response.body);
    }
    let response = call(&browser, &his, Method::GET, "/api/products")
        .await
        .assert_status(200);
    assert_eq!(response.json()["owner"], "auth0|bob");
}

/// The page has started to stream; its list is pending.
#[tokio::test]
async fn a_page_that_streams_while_the_user_changes_stays_alices() {
    let mut env = TestEnv::start().await;
    let browser = env.browser();
    browser.log_in(ALICE).await.assert_status(200);
    env.silence_api().await;
    let request = browser.request(Method::GET, "/");
    let mut page = request
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    let hers = page.headers()[CURRENT_USER_HEADER].clone();
    let mut html = page.chunk().await.unwrap().unwrap().to_vec();
    assert!(String::from_utf8_lossy(&html).contains("Alice Example"));

    let form = browser
        .open("/auth/login?prompt=login&returnTo=%2Fprofile")
        .await
        .assert_status(200);
    let his = browser
        .submit_login(&form, BOB, PASSWORD)
        .await
        .assert_status(200);
    assert_ne!(his.headers[CURRENT_USER_HEADER], hers);
    env.stop_api().await;
    env.start_api();
    while let Some(chunk) = page.chunk().await.unwrap() {
        html.extend(chunk);
    }
    let html = String::from_utf8(html).unwrap();
    assert!(!html.contains("bob") && !html.contains("Bob"), "{html}");
    // Its calls identify their page, and are rejected.
    assert!(html.contains(hers.to_str().unwrap()), "{html}");
    let call = browser
        .request(Method::GET, "/api/products")
        .header("sec-fetch-site", "same-origin")
        .header(PAGE_USER_HEADER, hers);
    browser.send(call).await.assert_status(409);
}

#[tokio::test]
async fn a_second_login_of_the_same_user_leaves_the_first_page_usable() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let first = browser.log_in(ALICE).await.assert_status(200);
    let second = log_in_as(&browser, ALICE).await;
    assert_eq!(page_user(&first), page_user(&second));
    let response = browser
        .submit(&first, first.html().form(ADD), TEAPOT)
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/products?done=added");
    call(&browser, &first, Method::GET, "/api/products")
        .await
        .assert_status(200);
}

#[tokio::test]
async fn a_page_whose_session_ended_requires_a_login_not_another_user() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    let hers = browser.log_in(ALICE).await.assert_status(200);
    browser.log_out().await;
    let response = call(&browser, &hers, Method::GET, "/api/products")
        .await
        .assert_status(401);
    assert_eq!(response.json()["code"], "sign_in_required");
    assert_eq!(response.headers[CURRENT_USER_HEADER], *"anonymous");
    let response = call(&browser, &hers, Method::GET, "/auth/user")
        .await
        .assert_status(200);
    assert_eq!(&*response.body, "null");
}

/// The browser keeps form input during a login: for the same user only.
#[tokio::test]
async fn form_input_from_before_the_session_ended_is_shown_to_its_user_only() {
    for (who, is_shown) in [(ALICE, true), (BOB, false)] {
        let env = TestEnv::start().await;
        let browser = env.browser();
        let hers = browser.log_in(ALICE).await.assert_status(200);
        browser.log_out().await;
        browser
            .submit(&hers, hers.html().form(ADD), TEAPOT)
            .await
            .assert_status(303);
        let page = log_in_as(&browser, who).await;
        let typed = &page.html().form(ADD).fields["name"];
        assert_eq!(typed == "Teapot & lid <2 l>", is_shown, "{who}: {typed}");
        assert!(!names(&page).is_empty());
    }
}
