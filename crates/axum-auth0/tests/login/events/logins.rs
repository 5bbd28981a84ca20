//! Events of logins.

use axum::body::Body;
use axum_auth0::{AuthEvent, DiagnosisCode, events::LoginFailureReason};
use http::Method;
use serde_json::json;
use test_support::{Endpoint, Part, Reply};

use super::Recorder;

const HOUR: i64 = 3_600;

#[tokio::test]
async fn a_login_is_started_and_succeeds() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.browser();
    browser.log_in(&recorder.env.provider, "alice").await;
    let events = recorder.take();
    let [
        AuthEvent::LoginStarted {
            is_restart: false, ..
        },
        AuthEvent::LoginSucceeded { login, subject, .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(subject.as_str(), "auth0|alice");
    assert_eq!(*login, recorder.env.store.login().await.id);
    browser.whoami().await;
    assert!(recorder.names().is_empty());
}

#[tokio::test]
async fn a_login_whose_cookie_is_lost_is_restarted() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.browser();
    let returned = browser
        .authorize_without_callback(&recorder.env.provider, "alice")
        .await;
    browser.jar.clear();
    browser.get(&returned.path()).await;
    assert_eq!(recorder.names(), ["login_started", "login_started restart"]);
}

#[tokio::test]
async fn a_login_that_does_not_begin_has_a_reason() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.browser();
    for (path, reason) in [
        ("/auth/login?max_age=soon", "invalid_parameter"),
        ("/auth/callback", "malformed_callback"),
        ("/auth/callback?code=a&state=forged", "unknown_transaction"),
    ] {
        browser.get(path).await;
        assert_eq!(recorder.names(), [format!("login_failed {reason}")]);
    }
    let script = browser
        .request(Method::GET, "/auth/login")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty")
        .body(Body::empty())
        .unwrap();
    browser.send(script).await;
    assert_eq!(recorder.names(), ["login_failed not_a_navigation"]);
    recorder
        .env
        .provider
        .reply(Endpoint::Discovery, Reply::html(500));
    browser.get("/auth/login").await;
    assert_eq!(recorder.names(), ["login_failed provider_unavailable"]);
}

#[tokio::test]
async fn a_refused_callback_has_a_reason() {
    let recorder = Recorder::new().await;
    let provider = &recorder.env.provider;
    for (change, reason) in [
        (
            [("iss", "https://evil.example/")],
            LoginFailureReason::WrongIssuer,
        ),
        (
            [("error", "access_denied")],
            LoginFailureReason::AccessDenied,
        ),
        (
            [("error", "server_error")],
            LoginFailureReason::ProviderError,
        ),
    ] {
        let mut browser = recorder.browser();
        let mut returned = browser.authorize_without_callback(provider, "alice").await;
        if change[0].0 == "error" {
            returned = returned.without("code");
        }
        for (name, value) in change {
            returned = returned.with(name, value);
        }
        recorder.take();
        browser.get(&returned.path()).await;
        assert_eq!(failures(&recorder), [reason]);
    }
    // The transaction is over.
    let mut browser = recorder.browser();
    let returned = browser.authorize_without_callback(provider, "alice").await;
    recorder.env.clock.advance(2 * HOUR);
    recorder.take();
    browser.get(&returned.path()).await;
    assert_eq!(recorder.names(), ["login_failed expired"]);
    // A replay in a browser that has no session.
    let mut browser = recorder.browser();
    let returned = browser.authorize_without_callback(provider, "alice").await;
    let mut other = browser.clone();
    browser.get(&returned.path()).await;
    browser.post("/auth/logout", "").await;
    recorder.take();
    other.get(&returned.path()).await;
    assert_eq!(recorder.names(), ["login_failed already_used"]);
}

#[tokio::test]
async fn a_login_that_the_token_endpoint_prevents_has_a_reason() {
    let recorder = Recorder::new().await;
    let provider = &recorder.env.provider;
    let misconfigured = LoginFailureReason::Misconfigured(DiagnosisCode::ClientRejected);
    for (reply, reason) in [
        (
            Reply::error(400, "invalid_grant"),
            LoginFailureReason::InvalidCode,
        ),
        (Reply::error(401, "invalid_client"), misconfigured),
        (Reply::html(500), LoginFailureReason::ProviderUnavailable),
    ] {
        provider.reply(Endpoint::Exchange, reply);
        recorder.browser().attempt_login(provider, "alice").await;
        assert_eq!(failures(&recorder), [reason]);
    }
    provider.recover(Endpoint::Exchange);
    provider.modify(Part::IdToken, |claims| claims["nonce"] = json!("another"));
    recorder.browser().attempt_login(provider, "alice").await;
    assert_eq!(failures(&recorder), [LoginFailureReason::InvalidIdToken]);
    provider.reset(Part::IdToken);

    let mut browser = recorder.browser();
    let returned = browser.authorize_without_callback(provider, "alice").await;
    recorder.env.store.set_failing(&["consume_transaction"]);
    recorder.take();
    browser.get(&returned.path()).await;
    assert_eq!(failures(&recorder), [LoginFailureReason::StoreUnavailable]);
}

/// Returns the reasons of the failed logins since the last call.
fn failures(recorder: &Recorder) -> Vec<LoginFailureReason> {
    let reason = |event: &AuthEvent| match event {
        AuthEvent::LoginFailed { reason, .. } => Some(*reason),
        _ => None,
    };
    recorder.take().iter().filter_map(reason).collect()
}
