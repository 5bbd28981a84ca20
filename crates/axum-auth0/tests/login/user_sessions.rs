//! The sessions of a user: listed and ended by the user and by the site.

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use axum_auth0::SignedInUser;
use http::{Method, StatusCode, header};
use test_support::{Browser, Endpoint, TestApp as _};

use crate::{app::TestEnv, disconnected_clients::wait_until_finished};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

async fn list(user: SignedInUser) -> String {
    let sessions = user.sessions().await.unwrap();
    let lines = sessions.iter().map(|session| {
        let name = |name: Option<&'static str>| name.unwrap_or("?").to_owned();
        let (browser, system) = (name(session.browser()), name(session.system()));
        format!(
            "{} {browser} {system} {}\n",
            session.id(),
            session.is_current()
        )
    });
    lines.collect()
}

async fn end(user: SignedInUser, Path(id): Path<String>) -> String {
    user.revoke_session(&id).await.unwrap().to_string()
}

async fn end_others(user: SignedInUser) -> String {
    user.revoke_other_sessions().await.unwrap().to_string()
}

fn site(env: &TestEnv) -> Router {
    let app = Router::new()
        .route("/sessions", get(list))
        .route("/sessions/others/end", post(end_others))
        .route("/sessions/{id}/end", post(end))
        .merge(env.app.router());
    env.auth0.wrap(app)
}

async fn logged_in(env: &TestEnv, router: &Router, user: &str) -> Browser {
    let mut browser = env.browser().with_router(router);
    browser.log_in(&env.provider, user).await;
    env.clock.advance(1);
    browser
}

async fn ids(browser: &mut Browser) -> Vec<String> {
    let list = browser.get("/sessions").await.body;
    let id = |line: &str| line.split(' ').next().unwrap().to_owned();
    list.lines().map(id).collect()
}

#[tokio::test]
async fn a_user_sees_all_sessions_and_which_one_is_current() {
    let env = TestEnv::new().await;
    let router = site(&env);
    let mut first = logged_in(&env, &router, "alice").await;
    logged_in(&env, &router, "bob").await;
    let mut second = env.browser().with_router(&router);
    let returned = second
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let callback = second
        .navigation(&returned.path())
        .header(header::USER_AGENT, FIREFOX)
        .body(axum::body::Body::empty());
    assert_eq!(
        second.send(callback.unwrap()).await.status,
        StatusCode::SEE_OTHER
    );
    let list = first.get("/sessions").await.body;
    let lines: Vec<_> = list
        .lines()
        .map(|line| line.split_once(' ').unwrap().1)
        .collect();
    assert_eq!(lines, ["Firefox Linux false", "? ? true"]);
    let ids = ids(&mut second).await;
    for cookie in [first.session().unwrap(), second.session().unwrap()] {
        assert!(!ids.contains(cookie), "an identifier is no cookie");
    }
    let details = env.store.logins().await;
    assert!(
        details
            .iter()
            .all(|row| { !String::from_utf8_lossy(&row.details).contains("Firefox") })
    );
}

#[tokio::test]
async fn a_user_ends_one_other_session() {
    let env = TestEnv::new().await;
    let router = site(&env);
    let mut first = logged_in(&env, &router, "alice").await;
    let mut second = logged_in(&env, &router, "alice").await;
    let id = ids(&mut second).await.remove(1);
    let ended = second.post(&format!("/sessions/{id}/end"), "").await;
    assert_eq!(ended.body, "true");
    assert_eq!(first.whoami().await, "anonymous");
    assert!(!first.has_session());
    assert_eq!(second.whoami().await, "auth0|alice");
    let again = second.post(&format!("/sessions/{id}/end"), "").await;
    assert_eq!(again.body, "false");
    wait_until_finished(&env).await;
    // At some providers this would end the other session, too.
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn a_user_cannot_end_the_session_of_another_user() {
    let env = TestEnv::new().await;
    let router = site(&env);
    let mut alice = logged_in(&env, &router, "alice").await;
    let mut bob = logged_in(&env, &router, "bob").await;
    let id = ids(&mut alice).await.remove(0);
    for id in [id.as_str(), "AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "AAAA"] {
        let ended = bob.post(&format!("/sessions/{id}/end"), "").await;
        assert_eq!(ended.body, "false", "{id}");
    }
    assert_eq!(alice.whoami().await, "auth0|alice");
    // Another site cannot make the user do it.
    let request = alice
        .request(Method::POST, "/sessions/others/end")
        .header("sec-fetch-site", "cross-site")
        .body(axum::body::Body::empty());
    let response = alice.send(request.unwrap()).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_user_ends_all_other_sessions() {
    let env = TestEnv::new().await;
    let router = site(&env);
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(logged_in(&env, &router, "alice").await);
    }
    let mut bob = logged_in(&env, &router, "bob").await;
    let mut current = logged_in(&env, &router, "alice").await;
    assert_eq!(current.post("/sessions/others/end", "").await.body, "3");
    for other in &mut others {
        assert_eq!(other.whoami().await, "anonymous");
    }
    assert_eq!(current.whoami().await, "auth0|alice");
    assert_eq!(bob.whoami().await, "auth0|bob");
    assert_eq!(ids(&mut current).await.len(), 1);
}

#[tokio::test]
async fn the_site_ends_all_sessions_of_a_user_and_revokes_the_last_refresh_token() {
    let env = TestEnv::new().await;
    let mut first = env.logged_in("alice").await;
    let mut second = env.logged_in("alice").await;
    let mut bob = env.logged_in("bob").await;
    let issuer = env.provider.issuer().to_owned();
    let of = |subject| env.auth0.sessions_of(&issuer, subject);
    assert_eq!(of("auth0|alice").await.unwrap().len(), 2);
    let other = env
        .auth0
        .revoke_sessions("https://other.example/", "auth0|alice");
    assert_eq!(other.await.unwrap(), 0);
    let revoked = env.auth0.revoke_sessions(&issuer, "auth0|alice").await;
    assert_eq!(revoked.unwrap(), 2);
    assert_eq!(first.whoami().await, "anonymous");
    assert_eq!(second.whoami().await, "anonymous");
    assert_eq!(bob.whoami().await, "auth0|bob");
    assert!(of("auth0|alice").await.unwrap().is_empty());
    let bobs = of("auth0|bob").await.unwrap().remove(0);
    let id = bobs.id();
    let mismatch = env.auth0.revoke_session(&issuer, "auth0|alice", id).await;
    assert!(!mismatch.unwrap());
    let ended = env.auth0.revoke_session(&issuer, "auth0|bob", id).await;
    assert!(ended.unwrap());
    assert_eq!(bob.whoami().await, "anonymous");
    wait_until_finished(&env).await;
    assert!(env.provider.request_count(Endpoint::Revocation) > 0);
}

#[tokio::test]
async fn sessions_that_timed_out_are_not_listed() {
    let env = TestEnv::new().await;
    let router = site(&env);
    logged_in(&env, &router, "alice").await;
    env.clock.advance(86_400);
    let mut browser = logged_in(&env, &router, "alice").await;
    assert_eq!(ids(&mut browser).await.len(), 1);
}

#[tokio::test]
async fn a_store_that_fails_ends_nothing_silently() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let issuer = env.provider.issuer().to_owned();
    for operation in ["find_logins", "delete_login", "create_record"] {
        env.store.set_failing(&[operation]);
        let revoked = env.auth0.revoke_sessions(&issuer, "auth0|alice").await;
        assert!(revoked.is_err(), "{operation}");
    }
}
