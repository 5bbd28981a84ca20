//! Events of sessions that end.

use axum_auth0::{
    AuthEvent,
    events::{ProviderEnd, SessionEnd},
};
use test_support::{Endpoint, Reply};

use super::Recorder;
use crate::app::TestEnvBuilder;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Returns the user and the reason of each session that ended since the last call.
fn ends(recorder: &Recorder) -> Vec<(String, SessionEnd)> {
    let end = |event: &AuthEvent| match event {
        AuthEvent::SessionEnded {
            subject, reason, ..
        } => Some((subject.to_string(), *reason)),
        _ => None,
    };
    recorder.take().iter().filter_map(end).collect()
}

fn alice(reason: SessionEnd) -> [(String, SessionEnd); 1] {
    [("auth0|alice".to_owned(), reason)]
}

#[tokio::test]
async fn a_logout_ends_the_session_once_and_revokes_the_refresh_token() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    let mut tab = browser.clone();
    browser.post("/auth/logout", "").await;
    let mut names = recorder.names();
    names.sort();
    assert_eq!(names, ["session_ended logout", "token_revoked revoked"]);
    tab.post("/auth/logout", "").await;
    recorder.browser().post("/auth/logout", "").await;
    assert!(recorder.names().is_empty());
}

#[tokio::test]
async fn a_logout_that_the_store_prevents_is_an_event() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    let operations = ["delete_login", "delete_record"];
    recorder.env.store.set_failing(&operations);
    browser.post("/auth/logout", "").await;
    assert_eq!(recorder.names(), ["logout_failed"]);
}

#[tokio::test]
async fn a_session_that_timed_out_ends_once_with_its_limit() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(DAY);
    let mut tab = browser.clone();
    browser.whoami().await;
    tab.whoami().await;
    assert_eq!(ends(&recorder), alice(SessionEnd::InactivityTimeout));

    let mut browser = recorder.logged_in("alice").await;
    for _ in 0..6 {
        browser.whoami().await;
        recorder.env.clock.advance(DAY / 2);
    }
    browser.whoami().await;
    assert_eq!(ends(&recorder), alice(SessionEnd::AbsoluteTimeout));
}

#[tokio::test]
async fn a_session_is_replaced_by_another_login_in_the_browser() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    browser.log_in(&recorder.env.provider, "bob").await;
    assert_eq!(ends(&recorder), alice(SessionEnd::Replaced));
}

#[tokio::test]
async fn a_provider_that_refuses_to_refresh_ends_the_session() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(2 * HOUR);
    let provider = &recorder.env.provider;
    provider.reply(Endpoint::Refresh, Reply::error(400, "invalid_grant"));
    browser.get("/token").await;
    browser.get("/token").await;
    let events = recorder.names();
    assert_eq!(
        events[..2],
        [
            "token_refreshed denied",
            "session_ended refresh_token_ended"
        ]
    );

    // A request whose response was lost may have used the refresh token.
    provider.recover(Endpoint::Refresh);
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(2 * HOUR);
    provider.reply(Endpoint::Refresh, Reply::Truncated);
    browser.get("/token").await;
    recorder.env.clock.advance(HOUR);
    provider.reply(Endpoint::Refresh, Reply::error(400, "invalid_grant"));
    recorder.take();
    browser.get("/token").await;
    let reused = SessionEnd::Provider(ProviderEnd::RefreshTokenReused);
    assert_eq!(ends(&recorder), alice(reused));
}

#[tokio::test]
async fn a_refreshed_id_token_of_another_user_ends_the_session() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(2 * HOUR);
    recorder
        .env
        .provider
        .modify(test_support::Part::RefreshedIdToken, |claims| {
            claims["sub"] = "auth0|mallory".into();
        });
    browser.get("/token").await;
    let other_user = SessionEnd::Provider(ProviderEnd::OtherUser);
    assert_eq!(ends(&recorder), alice(other_user));
}

#[tokio::test]
async fn each_session_ends_once_over_all_replicas() {
    let recorder = Recorder::with(|builder: TestEnvBuilder| builder).await;
    let mut browser = recorder.logged_in("alice").await;
    // The environment has a site of its own on the same store, whose events are not recorded.
    let mut other = browser.clone().with_router(&recorder.env.router);
    recorder.env.clock.advance(DAY);
    other.whoami().await;
    browser.whoami().await;
    assert!(ends(&recorder).is_empty());
}
