//! Unusual responses to a refresh, and what is kept of them.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{Browser, Endpoint, OfflineAccess, Part, Rotation, log_capture};

const HOUR: i64 = 3_600;

async fn expired() -> (TestEnv, Browser) {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    (env, browser)
}

/// The provider has rotated the refresh token, so without the new one the next refresh would end the session.
#[tokio::test]
async fn a_new_refresh_token_is_kept_even_if_the_rest_is_invalid() {
    for (case, member, value) in [
        ("another type", "token_type", json!("mac")),
        ("DPoP", "token_type", json!("DPoP")),
        ("N_A", "token_type", json!("N_A")),
        ("no type", "token_type", json!(null)),
        ("an empty type", "token_type", json!("")),
        ("a type that is a list", "token_type", json!(["Bearer"])),
        ("no access token", "access_token", json!(null)),
        ("an empty access token", "access_token", json!("")),
        ("a number", "access_token", json!(7)),
        ("an opaque access token", "access_token", json!("opaque")),
    ] {
        let (env, mut browser) = expired().await;
        env.provider.modify(Part::RefreshResponse, move |response| {
            response[member] = value.clone();
        });
        let response = browser.get("/token").await;
        assert_ne!(response.status, StatusCode::OK, "{case}: {}", response.body);
        assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
        env.provider.reset(Part::RefreshResponse);
        env.clock.advance(30);
        env.token(&mut browser).await;
        assert_eq!(env.provider.revoked_families(), 0, "{case}");
    }
}

#[tokio::test]
async fn a_new_refresh_token_beside_an_error_is_kept() {
    let (env, mut browser) = expired().await;
    env.provider.modify(Part::RefreshResponse, |response| {
        response.as_object_mut().unwrap().remove("access_token");
        response["error"] = json!("server_error");
    });
    assert_eq!(
        browser.get("/token").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    env.provider.reset(Part::RefreshResponse);
    env.clock.advance(2);
    env.token(&mut browser).await;
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A provider whose session is about to end issues tokens with shorter and shorter lifetimes, and finally without one. Such a
/// token is used once; the next call requires a login.
#[tokio::test]
async fn a_token_without_a_lifetime_is_used_once_before_a_login_is_required() {
    for (case, change) in [
        (
            "JWT and response",
            Box::new(|env: &TestEnv| {
                env.provider
                    .policy(|policy| policy.access_token_lifetime = 0);
            }) as Box<dyn Fn(&TestEnv)>,
        ),
        (
            "the response alone",
            Box::new(|env: &TestEnv| {
                env.provider.modify(Part::RefreshResponse, |response| {
                    response["expires_in"] = json!("0");
                });
            }),
        ),
        (
            "the JWT alone, half a minute ago",
            Box::new(|env: &TestEnv| {
                env.provider
                    .modify(Part::AccessToken, |claims: &mut Value| {
                        claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 30);
                    });
                env.provider.modify(Part::RefreshResponse, |response| {
                    response.as_object_mut().unwrap().remove("expires_in");
                });
            }),
        ),
    ] {
        let (env, mut browser) = expired().await;
        change(&env);
        env.token(&mut browser).await;
        for _ in 0..5 {
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{case}");
            env.clock.advance(10);
        }
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 1, "{case}");
        assert!(!log_capture::captured().contains("clock_skew"), "{case}");
        env.provider
            .policy(|policy| policy.access_token_lifetime = HOUR);
        env.provider.reset(Part::RefreshResponse);
        env.provider.reset(Part::AccessToken);
        browser.log_in(&env.provider, "alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn lifetimes_that_shrink_to_the_end_of_the_providers_session_are_followed() {
    let env = TestEnv::new().await;
    let end = env.clock_now() + 100;
    env.provider.policy(|policy| policy.session_end = Some(end));
    let mut browser = env.logged_in("alice").await;
    while env.clock_now() <= end {
        env.token(&mut browser).await;
        env.clock.advance(1);
    }
    let response = browser.get("/token").await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert!(env.provider.request_count(Endpoint::Refresh) < 25);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_login_whose_token_has_no_lifetime_serves_one_call() {
    for offline in [OfflineAccess::Never, OfflineAccess::OnRequest] {
        let env = TestEnv::new().await;
        env.provider.policy(|policy| {
            policy.access_token_lifetime = 0;
            policy.offline_access = offline;
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
        let response = browser.get("/token").await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{offline:?}");
    }
}

/// The record changed during the refresh, and then the store fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_refresh_token_survives_a_conflict_followed_by_store_failures() {
    for (case, failing_loads, failing_swaps) in [
        ("once", 1, 0),
        ("three times", 3, 0),
        ("twice, and then while saving", 2, 2),
    ] {
        let (env, browser) = expired().await;
        let gate = env.provider.gate(Endpoint::Refresh);
        let mut tab = browser.clone();
        let call = tokio::spawn(async move { tab.get("/token").await });
        env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
        let unchanged = env.store.login().await.tokens;
        env.store.overwrite_tokens(unchanged).await;
        env.store.fail_loads(failing_loads);
        gate.release_all();
        // The first save finds the conflict; these fail the ones after it.
        while env.store.remaining_load_failures() > 0 {
            tokio::task::yield_now().await;
        }
        env.store.fail_swaps(failing_swaps);
        let response = call.await.unwrap();
        assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        env.clock.advance(2 * HOUR);
        env.token(&mut browser.clone()).await;
        assert_eq!(env.provider.revoked_families(), 0, "{case}");
    }
}

/// Returns groups that make a large token.
fn groups(bytes: usize) -> Value {
    json!(vec!["a-group-of-the-company"; bytes / 25])
}

#[tokio::test]
async fn an_access_token_that_is_too_large_is_reported_with_its_size() {
    for bytes in [17_000, 40_000, 200_000] {
        let (env, mut browser) = expired().await;
        env.provider
            .modify(Part::AccessToken, move |claims: &mut Value| {
                claims["groups"] = groups(bytes);
            });
        let response = browser.get("/token").await.json();
        assert_eq!(response["code"], "token_too_long", "{response}");
        let cause = response["cause"].as_str().unwrap();
        let named: usize = cause.split(' ').find_map(|word| word.parse().ok()).unwrap();
        assert!(named > bytes && cause.contains("16384"), "{cause}");
        assert!(response["fix"].as_str().unwrap().contains("groups"));
        assert_eq!(browser.whoami().await, "auth0|alice");
        env.provider.reset(Part::AccessToken);
        env.clock.advance(30);
        env.token(&mut browser).await;
        assert_eq!(env.provider.revoked_families(), 0);
    }
}

#[tokio::test]
async fn a_refreshed_id_token_that_is_too_large_does_not_end_the_session() {
    for rotation in [Rotation::Strict, Rotation::Never] {
        for bytes in [17_000, 100_000] {
            let (env, mut browser) = expired().await;
            env.provider.policy(|policy| policy.rotation = rotation);
            env.provider
                .modify(Part::RefreshedIdToken, move |claims: &mut Value| {
                    claims["groups"] = groups(bytes);
                });
            for _ in 0..3 {
                env.token(&mut browser).await;
            }
            let log = log_capture::captured();
            assert!(log.contains("token_too_long") && log.contains("16384"));
            assert_eq!(browser.whoami().await, "auth0|alice");
            assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
            env.provider.reset(Part::RefreshedIdToken);
            env.clock.advance(2 * HOUR);
            env.token(&mut browser).await;
            assert_eq!(env.provider.revoked_families(), 0);
        }
    }
}
