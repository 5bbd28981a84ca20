//! A form that has to wait for a login, and is sent after it.

use axum::body::Body;
use http::{Method, header};
use serde_json::json;

use test_support::SITE;

use super::{SECOND_FACTOR, Site, TestEnv, call, form_id, issue, log_in_at, logged_in, post_form};

const LOGIN: &str = "/auth/login?returnTo=%2Fauth%2Fresume%3Fform%3D";

#[tokio::test]
async fn a_form_waits_for_the_login_and_is_sent_once() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let response = post_form(
        &mut browser,
        "/account/close",
        "reason=moving+away&x=%C3%BC",
    )
    .await;
    assert_eq!(response.status, 303);
    let login = response.location().to_owned();
    assert!(
        login.starts_with(LOGIN) && login.ends_with("&max_age=300"),
        "{login}"
    );
    assert!(site.sent().is_empty());

    issue(&env, json!({ "auth_time": env.clock_now() }));
    let resume = log_in_at(&env, &mut browser, &login, "alice")
        .await
        .location()
        .to_owned();
    let page = browser.get(&resume).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("requestSubmit()") && page.body.contains(">Continue</button>"));
    assert!(
        !page.body.contains("moving"),
        "the form stays at the server"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    assert!(site.sent().is_empty(), "opening the page sends nothing");

    let body = format!("form={}", form_id(&resume));
    let response = post_form(&mut browser, "/auth/resume", body.clone()).await;
    assert_eq!(
        (response.status.as_u16(), response.location()),
        (303, "/?done=closed")
    );
    assert_eq!(site.sent(), ["auth0|alice: reason=moving+away&x=%C3%BC"]);

    // A reload, and the button of a copy of the page.
    assert_eq!(
        post_form(&mut browser, "/auth/resume", body).await.status,
        410
    );
    assert_eq!(browser.get(&resume).await.status, 410);
    assert_eq!(site.sent().len(), 1);
}

#[tokio::test]
async fn the_call_of_a_script_waits_as_well_and_its_response_names_the_login() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 0).await;
    let response = call(&mut browser, "/account/pay", "amount=5").await;
    assert_eq!(response.status, 401);
    let login = response.header("auth0-step-up").unwrap().to_owned();
    assert_eq!(response.json()["details"]["login_url"], login);
    issue(&env, json!({ "amr": ["mfa"] }));
    let resume = log_in_at(&env, &mut browser, &login, "alice")
        .await
        .location()
        .to_owned();
    let response = post_form(
        &mut browser,
        "/auth/resume",
        format!("form={}", form_id(&resume)),
    )
    .await;
    assert_eq!(response.body, "paid");
    assert_eq!(site.sent(), ["auth0|alice: amount=5"]);
}

/// Two tabs, a double click, or two replicas.
#[tokio::test]
async fn of_two_requests_at_once_one_sends_the_form() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let (mut browser, id) = ready(&env, &site).await;
    let mut other = browser.clone();
    let (first, second) = tokio::join!(
        post_form(&mut browser, "/auth/resume", format!("form={id}")),
        post_form(&mut other, "/auth/resume", format!("form={id}")),
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(site.sent().len(), 1);
}

#[tokio::test]
async fn a_form_that_the_user_does_not_send_is_deleted() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let (mut browser, id) = ready(&env, &site).await;
    let response = post_form(&mut browser, "/auth/resume", format!("form={id}&cancel=1")).await;
    assert_eq!(
        (response.status.as_u16(), response.location()),
        (303, "/account")
    );
    let response = post_form(&mut browser, "/auth/resume", format!("form={id}")).await;
    assert_eq!(response.status, 410);
    assert!(site.sent().is_empty());
}

#[tokio::test]
async fn another_site_and_a_read_send_nothing() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let (mut browser, id) = ready(&env, &site).await;
    let foreign = browser
        .request(http::Method::POST, "/auth/resume")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("form={id}")));
    assert_eq!(browser.send(foreign.unwrap()).await.status, 403);
    assert_eq!(
        browser
            .head(&format!("/auth/resume?form={id}"))
            .await
            .status,
        405
    );
    assert!(site.sent().is_empty());
    let response = post_form(&mut browser, "/auth/resume", format!("form={id}")).await;
    assert_eq!(response.status, 303, "the form is still there");
}

/// The API behind the action can require more than the login gives.
#[tokio::test]
async fn a_form_that_requires_another_login_after_the_login_does_not_loop() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 0).await;
    let response = post_form(&mut browser, "/api/always", "x=1").await;
    let resume = log_in_at(&env, &mut browser, response.location(), "alice").await;
    let id = form_id(resume.location()).to_owned();
    let response = post_form(&mut browser, "/auth/resume", format!("form={id}")).await;
    assert_eq!(response.status, 403);
    assert!(response.body.contains("Logging in again was not enough"));
}

#[tokio::test]
async fn a_form_that_is_too_large_is_not_kept_and_the_user_is_told() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let fits = format!("x={}", "y".repeat(64 * 1024 - 2));
    let response = post_form(&mut browser, "/account/close", fits.clone()).await;
    assert!(response.location().starts_with(LOGIN));
    let records = env.store.records().await.len();
    for body in [format!("{fits}z"), fits.repeat(20)] {
        let response = post_form(&mut browser, "/account/close", body.clone()).await;
        assert_eq!(response.status, 403);
        assert!(
            response.body.contains("too large to be kept"),
            "{}",
            response.body
        );
        let login = "/auth/login?returnTo=%2Faccount&amp;max_age=300";
        assert!(response.body.contains(login), "{}", response.body);
        let response = call(&mut browser, "/account/close", &body).await;
        assert_eq!(response.status, 401);
        assert_eq!(response.header("auth0-step-up"), None);
    }
    assert_eq!(env.store.records().await.len(), records);
}

/// It would be sent with POST, which may be another action.
#[tokio::test]
async fn a_call_with_another_method_is_not_kept() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let browser = logged_in(&env, &site, "alice", 1_000).await;
    let records = env.store.records().await.len();
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let mut browser = browser.clone();
        let request = browser
            .request(method.clone(), "/account/close")
            .header(header::ORIGIN, SITE)
            .header(header::REFERER, format!("{SITE}/account"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors");
        let response = browser.send(request.body("reason=x".into()).unwrap()).await;
        assert_eq!(response.status, 401, "{method}");
        assert_eq!(response.header("auth0-step-up"), None, "{method}");
        assert_eq!(
            response.json()["details"]["login_url"],
            "/auth/login?returnTo=%2Faccount&max_age=300"
        );
    }
    assert_eq!(env.store.records().await.len(), records);
}

#[tokio::test]
async fn a_prefetch_of_the_page_that_sends_a_form_gets_no_page() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let (mut browser, id) = ready(&env, &site).await;
    let request = browser
        .navigation(&format!("/auth/resume?form={id}"))
        .header("sec-purpose", "prefetch;prerender");
    let response = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (response.status.as_u16(), response.body.as_str()),
        (204, "")
    );
}

/// Returns a browser that logged in for a form, and the identifier of the form.
pub(super) async fn ready(env: &TestEnv, site: &Site) -> (test_support::Browser, String) {
    let mut browser = logged_in(env, site, "alice", 1_000).await;
    let response = post_form(&mut browser, "/account/close", "reason=x").await;
    issue(
        env,
        json!({ "auth_time": env.clock_now(), "acr": SECOND_FACTOR }),
    );
    let resume = log_in_at(env, &mut browser, response.location(), "alice").await;
    let id = form_id(resume.location()).to_owned();
    (browser, id)
}
