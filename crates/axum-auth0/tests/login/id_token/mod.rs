//! Validation of the ID token of a login (OpenID Connect Core 1.0 §3.1.3.7). Names such as `oidcc-client-test-…` are those of
//! the OpenID Foundation's conformance suite.

mod claims;
mod format;
mod keys;
mod signatures;

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{Endpoint, Part, log_capture, signer::parts};

/// Attempts a login with a modified ID token, and asserts that it fails with a specific error.
async fn assert_rejected(env: &TestEnv, case: &str) {
    let refusals = || {
        log_capture::captured()
            .matches("login failed error=")
            .count()
    };
    let before = refusals();
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 502, case)
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1, "{case}");
    assert_eq!(
        env.provider.request_count(Endpoint::Userinfo),
        0,
        "{case}: no token is used"
    );
    assert!(refusals() > before, "{case}: the log does not say why");
    env.provider.clear_request_log();
}

async fn assert_accepted(env: &TestEnv, case: &str) {
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(
        response.status,
        StatusCode::SEE_OTHER,
        "{case}: {}",
        response.body
    );
    assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
}

/// Replaces the ID token of the provider.
fn replace(env: &TestEnv, make: impl Fn(Value, Value) -> String + Send + Sync + 'static) {
    env.provider
        .modify(Part::ExchangeResponse, move |response| {
            let (header, claims) = parts(response["id_token"].as_str().unwrap());
            response["id_token"] = json!(make(header, claims));
        });
}

/// Asserts that an ID token with another value of one claim, or without it, is rejected.
async fn assert_claim_rejected(
    env: &TestEnv,
    case: &str,
    name: &'static str,
    value: Option<Value>,
) {
    env.provider
        .modify(Part::IdToken, move |claims| match value.clone() {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        });
    assert_rejected(env, case).await;
}
