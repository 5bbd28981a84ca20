//! Events of refreshes and revocations.

use axum_auth0::{
    AuthEvent, DiagnosisCode,
    events::{RefreshDenial, RefreshOutcome},
};
use serde_json::json;
use test_support::{Endpoint, OfflineAccess, Part, Reply};

use super::Recorder;

const HOUR: i64 = 3_600;

/// Returns the outcomes of the refreshes since the last call.
fn outcomes(recorder: &Recorder) -> Vec<RefreshOutcome> {
    let outcome = |event: &AuthEvent| match event {
        AuthEvent::TokenRefreshed { outcome, .. } => Some(*outcome),
        _ => None,
    };
    recorder.take().iter().filter_map(outcome).collect()
}

#[tokio::test]
async fn a_refresh_is_granted_once_for_concurrent_requests() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    browser.get("/token").await;
    assert!(recorder.names().is_empty(), "the cached token was valid");
    recorder.env.clock.advance(2 * HOUR);
    let tabs = (0..5).map(|_| {
        let mut tab = browser.clone();
        async move { tab.get("/token").await }
    });
    futures::future::join_all(tabs).await;
    assert_eq!(outcomes(&recorder), [RefreshOutcome::Granted]);
}

#[tokio::test]
async fn an_outage_is_one_failure_and_then_a_back_off() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(2 * HOUR);
    let provider = &recorder.env.provider;
    provider.reply(Endpoint::Refresh, Reply::busy(503, "60"));
    for _ in 0..3 {
        browser.get("/token").await;
    }
    assert_eq!(
        outcomes(&recorder),
        [
            RefreshOutcome::ProviderUnavailable,
            RefreshOutcome::BackedOff,
            RefreshOutcome::BackedOff
        ]
    );
    provider.recover(Endpoint::Refresh);
    recorder.env.clock.advance(61);
    browser.get("/token").await;
    assert_eq!(outcomes(&recorder), [RefreshOutcome::Granted]);
}

#[tokio::test]
async fn a_denied_refresh_has_a_reason() {
    let recorder = Recorder::new().await;
    let provider = &recorder.env.provider;
    let mut browser = recorder.logged_in("alice").await;
    recorder.env.clock.advance(2 * HOUR);
    provider.reply(Endpoint::Refresh, Reply::error(401, "invalid_client"));
    browser.get("/token").await;
    let rejected = RefreshDenial::Misconfigured(DiagnosisCode::ClientRejected);
    assert_eq!(outcomes(&recorder), [RefreshOutcome::Denied(rejected)]);
    provider.recover(Endpoint::Refresh);

    recorder.env.clock.advance(HOUR);
    let mut browser = recorder.logged_in("bob").await;
    recorder.env.clock.advance(2 * HOUR);
    provider.modify(Part::AccessToken, |claims| claims["aud"] = json!("other"));
    browser.get("/token").await;
    let wrong = RefreshDenial::RejectedToken(DiagnosisCode::DefaultAudience);
    assert_eq!(outcomes(&recorder), [RefreshOutcome::Denied(wrong)]);
    provider.reset(Part::AccessToken);

    provider.policy(|policy| policy.offline_access = OfflineAccess::Never);
    let mut browser = recorder.logged_in("carol").await;
    recorder.env.clock.advance(2 * HOUR);
    browser.get("/token").await;
    let none = RefreshDenial::NoRefreshToken;
    assert_eq!(outcomes(&recorder), [RefreshOutcome::Denied(none)]);
}

#[tokio::test]
async fn a_revocation_by_the_application_has_an_outcome() {
    let recorder = Recorder::new().await;
    let mut browser = recorder.logged_in("alice").await;
    let provider = &recorder.env.provider;
    provider.reply(Endpoint::Revocation, Reply::html(500));
    browser.get("/token/revoke").await;
    assert_eq!(recorder.names(), ["token_revoked failed"]);
    let unsupported = Reply::error(400, "unsupported_token_type");
    provider.reply(Endpoint::Revocation, unsupported);
    browser.get("/token/revoke").await;
    assert_eq!(recorder.names(), ["token_revoked unsupported"]);
    provider.recover(Endpoint::Revocation);
    browser.get("/token/revoke").await;
    assert_eq!(recorder.names(), ["token_revoked revoked"]);
}
