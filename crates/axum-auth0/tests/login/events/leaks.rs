//! No event contains a secret or personal data.

use axum_auth0::AuthEvent;
use serde_json::json;
use test_support::{Endpoint, Part, Reply, log_capture};

use super::Recorder;

const HOUR: i64 = 3_600;

/// The e-mail address in the subject, as in those of enterprise connections of Auth0.
const ADDRESS: &str = "alice@enterprise.example";

#[tokio::test]
async fn no_event_of_a_whole_journey_contains_a_token_a_cookie_a_code_or_an_e_mail_address() {
    let recorder = Recorder::new().await;
    let provider = &recorder.env.provider;
    let subject = format!("samlp|acme|{ADDRESS}");
    for part in [Part::IdToken, Part::RefreshedIdToken] {
        let subject = subject.clone();
        provider.modify(part, move |claims| claims["sub"] = json!(subject));
    }
    let mut events = Vec::new();
    let mut browser = recorder.browser();
    browser.attempt_login(provider, "alice").await;
    assert_eq!(browser.whoami().await, subject);
    browser.get("/products").await;
    recorder.env.clock.advance(2 * HOUR);
    browser.get("/token").await;
    browser.get("/token/orders").await;
    browser.get("/token/deleting").await;
    events.append(&mut recorder.take());
    // Failures, each with a secret in the request or the response.
    for reply in [
        Reply::error(400, "invalid_grant"),
        Reply::html(500),
        Reply::Truncated,
        Reply::Json(
            400,
            json!({ "error": "access_denied", "error_description": format!("{ADDRESS} is blocked") }),
        ),
    ] {
        provider.reply(Endpoint::Exchange, reply.clone());
        recorder.browser().attempt_login(provider, "alice").await;
        provider.recover(Endpoint::Exchange);
        provider.reply(Endpoint::Refresh, reply);
        recorder.env.clock.advance(2 * HOUR);
        browser.get("/token").await;
        provider.recover(Endpoint::Refresh);
    }
    let returned = browser.authorize_without_callback(provider, "alice").await;
    let forged = returned.clone().with("state", "forged");
    browser.get(&forged.path()).await;
    browser.get(&returned.path()).await;
    browser.get("/products").await;
    browser.post("/auth/logout", "").await;
    browser.get("/products").await;
    events.append(&mut recorder.take());

    let kinds: std::collections::BTreeSet<_> = events.iter().map(AuthEvent::name).collect();
    for kind in [
        "login_failed",
        "login_started",
        "login_succeeded",
        "request_refused",
        "session_ended",
        "token_refreshed",
        "token_revoked",
    ] {
        assert!(kinds.contains(kind), "there was no event {kind}");
    }
    let log = log_capture::captured();
    let lines = log
        .lines()
        .filter(|line| line.contains(" axum_auth0::events: "));
    let texts = events.iter().map(|event| format!("{event:?}"));
    for text in texts.chain(lines.map(str::to_owned)) {
        let found = recorder.env.secrets.found_in(&text);
        assert!(found.is_empty(), "{found:?} in {text}");
        for personal in [ADDRESS, "enterprise.example", "@example.com"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    for kind in [
        "ID token",
        "access token",
        "code",
        "cookie",
        "refresh token",
    ] {
        assert!(recorder.env.secrets.kinds().contains(&kind), "{kind}");
    }
}
