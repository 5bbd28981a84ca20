//! Who may send a kept form, and for how long.

use http::StatusCode;
use serde_json::json;
use test_support::{Browser, TestResponse};

use super::{Site, TestEnv, form_id, forms::ready, issue, log_in_at, logged_in, post_form};

async fn send(browser: &mut Browser, id: &str) -> TestResponse {
    post_form(browser, "/auth/resume", format!("form={id}")).await
}

#[tokio::test]
async fn the_form_is_dropped_if_another_user_logs_in_during_the_step_up() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    issue(&env, json!({ "auth_time": env.clock_now() }));
    let resume = log_in_at(&env, &mut browser, login.location(), "bob").await;
    let page = browser.get(resume.location()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("another session"), "{}", page.body);
    // Nor for Alice afterwards.
    log_in_at(&env, &mut browser, "/auth/login?max_age=300", "alice").await;
    let id = form_id(resume.location()).to_owned();
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::GONE);
    assert!(site.sent().is_empty());
}

#[tokio::test]
async fn a_form_is_not_sent_in_another_session_of_the_same_user() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let (_, id) = ready(&env, &site).await;
    let mut elsewhere = logged_in(&env, &site, "alice", 0).await;
    let response = send(&mut elsewhere, &id).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert!(site.sent().is_empty());
}

/// Each tab leads through a login of its own, which replaces the session.
#[tokio::test]
async fn the_forms_of_two_tabs_are_sent_after_their_logins() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let mut tabs = Vec::new();
    for tab in 0..3 {
        let login = post_form(&mut browser, "/account/close", format!("tab={tab}")).await;
        tabs.push(login.location().to_owned());
    }
    issue(&env, json!({ "auth_time": env.clock_now() }));
    for login in &tabs {
        let resume = log_in_at(&env, &mut browser, login, "alice").await;
        let id = form_id(resume.location()).to_owned();
        assert_eq!(send(&mut browser, &id).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(site.sent().len(), 3);
}

#[tokio::test]
async fn a_login_of_another_user_in_between_ends_the_wait() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    issue(&env, json!({ "auth_time": env.clock_now() }));
    log_in_at(&env, &mut browser, "/auth/login", "bob").await;
    let resume = log_in_at(&env, &mut browser, login.location(), "alice").await;
    let id = form_id(resume.location()).to_owned();
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::FORBIDDEN);
    assert!(site.sent().is_empty());
}

#[tokio::test]
async fn a_form_is_sent_only_after_a_login_that_satisfies_it() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    let login = login.location().to_owned();
    let resume = "/auth/resume?form=".to_owned() + {
        let start = login.find("form%3D").unwrap() + "form%3D".len();
        login[start..].split('&').next().unwrap()
    };
    let id = form_id(&resume).to_owned();

    // Without the login.
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::FORBIDDEN);
    // After a login from which the user removed the requirement.
    let weaker = login.replace("&max_age=300", "");
    let response = log_in_at(&env, &mut browser, &weaker, "alice").await;
    assert_eq!(response.location(), resume);
    let page = browser.get(&resume).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("&amp;max_age=300"), "{}", page.body);
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::FORBIDDEN);
    assert!(site.sent().is_empty());

    // The page leads to a login that satisfies it.
    let (_, link) = page.body.split_once("href=\"/auth/login").unwrap();
    let (link, _) = link.split_once('"').unwrap();
    let link = format!("/auth/login{}", link.replace("&amp;", "&"));
    issue(&env, json!({ "auth_time": env.clock_now() }));
    log_in_at(&env, &mut browser, &link, "alice").await;
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.sent().len(), 1);
}

/// Another organization is another user for the form.
#[tokio::test]
async fn the_login_that_a_form_still_needs_stays_in_the_organization() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let auth_time = env.clock_now() - 1_000;
    issue(&env, json!({ "auth_time": auth_time, "org_id": "org_1" }));
    let mut browser = env.logged_in("alice").await.with_router(&site.router);
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    assert!(login.location().ends_with("&organization=org_1"));
    let page = format!("/auth/resume?form={}", waiting_form(login.location()));
    let page = browser.get(&page).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let parameters = "&amp;max_age=300&amp;organization=org_1\"";
    assert!(page.body.contains(parameters), "{}", page.body);
}

/// The user cancels at the provider, or the provider fails.
#[tokio::test]
async fn a_failed_login_is_tried_again_with_what_the_form_requires() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let auth_time = env.clock_now() - 1_000;
    issue(&env, json!({ "auth_time": auth_time, "org_id": "org_1" }));
    let mut browser = env.logged_in("alice").await.with_router(&site.router);
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    let login = login.location().to_owned();
    for error in ["access_denied", "server_error"] {
        let request = browser.get(&login).await;
        let returned = env.provider.authorize(request.location(), "alice");
        let returned = returned.without("code").with("error", error);
        let page = browser.get(&returned.path()).await;
        let again = format!("href=\"{}\"", login.replace('&', "&amp;"));
        assert!(page.body.contains(&again), "{again} {}", page.body);
    }
}

/// A provider that ignores `max_age` and omits `auth_time`.
#[tokio::test]
async fn a_form_is_not_sent_if_the_provider_does_not_prove_the_login() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let login = post_form(&mut browser, "/account/close", "reason=x").await;
    let login = login.location().to_owned();
    for claims in [
        json!({ "auth_time": env.clock_now() - 1_000 }),
        json!({ "auth_time": null }),
    ] {
        issue(&env, claims);
        let response = log_in_at(&env, &mut browser, &login, "alice").await;
        assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    }
    assert!(site.sent().is_empty());
    // The form is still kept, and the login page of the error leads to it.
    issue(&env, json!({ "auth_time": env.clock_now() }));
    let resume = log_in_at(&env, &mut browser, &login, "alice").await;
    let id = form_id(resume.location()).to_owned();
    assert_eq!(send(&mut browser, &id).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.sent().len(), 1);
}

#[tokio::test]
async fn a_form_is_kept_for_ten_minutes() {
    for (wait, status) in [(599, StatusCode::SEE_OTHER), (600, StatusCode::GONE)] {
        let env = TestEnv::new().await;
        let site = Site::new(&env).await;
        let mut browser = logged_in(&env, &site, "alice", 1_000).await;
        let login = post_form(&mut browser, "/account/close", "reason=x").await;
        env.clock.advance(wait);
        issue(&env, json!({ "auth_time": env.clock_now() }));
        let resume = log_in_at(&env, &mut browser, login.location(), "alice").await;
        let id = form_id(resume.location()).to_owned();
        assert_eq!(send(&mut browser, &id).await.status, status, "{wait}");
    }
}

#[tokio::test]
async fn a_kept_form_is_sealed_in_the_store() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    post_form(&mut browser, "/account/close", "reason=a-secret-reason").await;
    let records = env.store.records().await;
    assert_eq!(records.len(), 3, "the session, the form and its slot");
    for (_, record) in &records {
        let stored = String::from_utf8_lossy(record);
        assert!(!stored.contains("reason"), "{stored}");
    }
}

#[tokio::test]
async fn an_anonymous_request_and_an_unknown_form_get_a_page() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = env.browser().with_router(&site.router);
    assert_eq!(browser.get("/auth/resume?form=x").await.status, 401);
    let mut browser = logged_in(&env, &site, "alice", 0).await;
    for query in ["", "?form=", "?form=x", "?form=%00"] {
        let response = browser.get(&format!("/auth/resume{query}")).await;
        assert_eq!(response.status, StatusCode::GONE, "{query}");
    }
    assert_eq!(
        post_form(&mut browser, "/auth/resume", "").await.status,
        410
    );
}

#[tokio::test]
async fn at_most_eight_forms_of_a_user_wait_and_the_oldest_is_dropped() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut bob = logged_in(&env, &site, "bob", 1_000).await;
    let of_bob = post_form(&mut bob, "/account/close", "user=bob").await;
    let of_bob = of_bob.location().to_owned();
    let mut alice = logged_in(&env, &site, "alice", 1_000).await;
    let mut logins = Vec::new();
    for number in 0..10 {
        let form = format!("number={number}");
        let response = post_form(&mut alice, "/account/close", form).await;
        logins.push(response.location().to_owned());
    }
    issue(&env, json!({ "auth_time": env.clock_now() }));
    let ids: Vec<String> = logins.iter().map(|login| waiting_form(login)).collect();
    log_in_at(&env, &mut alice, &logins[9], "alice").await;
    for (number, id) in ids.iter().enumerate() {
        let response = send(&mut alice, id).await;
        let expected = if number < 2 { 410 } else { 303 };
        assert_eq!(response.status, expected, "{number}");
    }
    log_in_at(&env, &mut bob, &of_bob, "bob").await;
    let response = send(&mut bob, &waiting_form(&of_bob)).await;
    assert_eq!(response.status, 303, "a user has forms of their own");
    assert_eq!(site.sent().len(), 9);

    // The expired slots are free again.
    env.clock.advance(600);
    let mut alice = logged_in(&env, &site, "alice", 1_000).await;
    let response = post_form(&mut alice, "/account/close", "again=1").await;
    assert_eq!(response.status, 303);
}

/// Returns the identifier of the form that waits for the login at `location`.
fn waiting_form(location: &str) -> String {
    let form = location.split("form%3D").nth(1).unwrap();
    form.split('&').next().unwrap().to_owned()
}
