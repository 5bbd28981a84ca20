//! Guards of pages, routers and handlers.

use axum_auth0::{AuthEvent, StepUp, events::RequestRefusal};
use serde_json::json;

use super::{SECOND_FACTOR, Site, TestEnv, issue, log_in_at, logged_in};

const SECURITY_LOGIN: &str = "/auth/login?returnTo=%2Fsecurity%3Ftab%3D2&max_age=300";

#[tokio::test]
async fn a_page_that_requires_a_recent_login_redirects_to_one_and_opens_after_it() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let response = browser.get("/security?tab=2").await;
    assert_eq!(
        (response.status.as_u16(), response.location()),
        (303, SECURITY_LOGIN)
    );

    issue(&env, json!({ "auth_time": env.clock_now() }));
    let response = log_in_at(&env, &mut browser, SECURITY_LOGIN, "alice").await;
    assert_eq!(response.location(), "/security?tab=2");
    assert_eq!(
        browser.get("/security?tab=2").await.body,
        "the security page"
    );

    env.clock.advance(600);
    let response = browser.get("/security?tab=2").await;
    assert_eq!(
        response.location(),
        SECURITY_LOGIN,
        "the login became too old"
    );
}

#[tokio::test]
async fn an_anonymous_user_logs_in_once() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = env.browser().with_router(&site.router);
    let response = browser.get("/security?tab=2").await;
    assert_eq!(response.location(), SECURITY_LOGIN);
    issue(&env, json!({ "auth_time": env.clock_now() }));
    log_in_at(&env, &mut browser, SECURITY_LOGIN, "alice").await;
    assert_eq!(browser.get("/security?tab=2").await.status, 200);
}

/// A provider that ignores `max_age` must not cause a redirect loop.
#[tokio::test]
async fn a_login_that_does_not_help_ends_on_a_page() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    let login = browser.get("/security").await.location().to_owned();
    for claims in [
        json!({ "auth_time": env.clock_now() - 1_000 }),
        json!({ "auth_time": null }),
    ] {
        issue(&env, claims);
        let response = log_in_at(&env, &mut browser, &login, "alice").await;
        assert_eq!(response.status, 502);
        assert!(response.body.contains("did not confirm who you are again"));
        assert_eq!(browser.get("/account").await.status, 200, "still signed in");
    }
}

#[tokio::test]
async fn a_router_requires_a_second_factor() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 0).await;
    let login = browser.get("/vault").await.location().to_owned();
    assert!(login.ends_with("multi-factor&require_acr=true"), "{login}");
    issue(&env, json!({ "acr": SECOND_FACTOR }));
    log_in_at(&env, &mut browser, &login, "alice").await;
    assert_eq!(browser.get("/vault").await.body, "the vault");
}

#[tokio::test]
async fn a_program_gets_401_with_what_is_required() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    let mut browser = logged_in(&env, &site, "alice", 1_000).await;
    for (path, max_age, acr_values, login) in [
        (
            "/security",
            json!(300),
            json!([]),
            "/auth/login?returnTo=%2F&max_age=300",
        ),
        (
            "/vault",
            json!(null),
            json!([SECOND_FACTOR]),
            "/auth/login?returnTo=%2F&acr_values=http%3A%2F%2Fschemas.openid.net%2Fpape%2Fpolicies%2F2007%2F06%2Fmulti-factor&require_acr=true",
        ),
    ] {
        let script = [
            ("sec-fetch-mode", "cors"),
            ("referer", "http://localhost:3000/"),
        ];
        let response = browser.fetch(path, &script).await;
        assert_eq!(response.status, 401, "{path}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("auth0-step-up"), None, "nothing is kept");
        let body = response.json();
        assert_eq!(body["code"], "step_up_required");
        assert_eq!(body["error"], "insufficient_user_authentication");
        assert_eq!(body["details"]["max_age"], max_age);
        assert_eq!(body["details"]["acr_values"], acr_values);
        let expected = login.replace("returnTo=%2F&", &format!("returnTo=%2F{}&", &path[1..]));
        assert_eq!(body["details"]["login_url"], expected);
    }
}

#[tokio::test]
async fn the_refusal_is_an_event_of_its_login() {
    let env = TestEnv::new().await;
    let (sender, events) = std::sync::mpsc::channel();
    let builder = env.auth0_builder().on_event(move |event| {
        if let AuthEvent::RequestRefused { login, reason, .. } = event {
            sender.send((login.is_some(), *reason)).unwrap();
        }
    });
    let builder = builder.protect_with(StepUp::multi_factor(), ["/security"]);
    let router = builder.build().await.unwrap().wrap(axum::Router::new());
    let mut browser = env.logged_in("alice").await.with_router(&router);
    assert_eq!(browser.get("/security").await.status, 303);
    assert_eq!(
        events.try_recv(),
        Ok((true, RequestRefusal::StepUpRequired))
    );
    assert!(events.try_recv().is_err());
}
