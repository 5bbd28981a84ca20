//! The store does not grow without bound: anonymous requests write nothing permanent, and expired records are deleted.

use std::time::Duration;

use axum_auth0::store::{LoginId, LoginRecord, Store as _};
use test_support::{Endpoint, Reply};

use crate::app::TestEnv;

const DAY: i64 = 24 * 3_600;

/// Deletes everything that expires within an hour and returns the number of records.
async fn delete_expired(env: &TestEnv) -> u64 {
    env.clock.advance(3_600);
    env.auth0.delete_expired().await.unwrap()
}

#[tokio::test]
async fn logins_that_the_provider_refuses_leave_no_records() {
    for (case, with) in [
        ("error", &[("error", "x")][..]),
        (
            "description",
            &[("error", "access_denied"), ("error_description", "no")],
        ),
        ("error and code", &[("error", "x"), ("code", "c")]),
        ("no code", &[]),
    ] {
        let env = TestEnv::new().await;
        for _ in 0..20 {
            let mut browser = env.browser();
            let returned = browser
                .authorize_without_callback(&env.provider, "alice")
                .await;
            let mut returned = returned.without("code");
            for (name, value) in with {
                returned = returned.with(name, value);
            }
            for _ in 0..2 {
                let response = browser.clone().get(&returned.path()).await;
                assert!(!response.status.is_redirection(), "{case}");
            }
        }
        assert_eq!(delete_expired(&env).await, 0, "{case}");
    }
    // The counter works: a code leaves a record until its transaction would have expired.
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    browser.get(&returned.with("code", "unknown").path()).await;
    assert_eq!(delete_expired(&env).await, 1);
}

/// Fills the store with records that expired yesterday.
async fn fill(env: &TestEnv, count: u32) {
    let end = env.clock_now() - DAY;
    for number in 0..count {
        let bytes: Vec<u8> = [&number.to_le_bytes()[..], &[0; 12]].concat();
        let id: LoginId = serde_json::from_value(bytes.into()).unwrap();
        let row = LoginRecord {
            id,
            issuer: "https://tenant.example/".to_owned(),
            subject: "auth0|alice".to_owned(),
            provider_session: None,
            created_at: end - DAY,
            last_seen_at: end - DAY,
            expires_at: end,
            version: 0,
            tokens: Vec::new(),
            details: Vec::new(),
        };
        env.store.create_login(row).await.unwrap();
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_le_bytes());
        env.store
            .create_record(&key, Vec::new(), end)
            .await
            .unwrap();
        env.store.consume_transaction(&key, end).await.unwrap();
    }
}

#[tokio::test]
async fn cleanup_deletes_all_expired_records() {
    for count in [999, 1_000, 10_000] {
        let env = TestEnv::new().await;
        fill(&env, count).await;
        let mut alice = env.logged_in("alice").await;
        assert_eq!(
            env.auth0.delete_expired().await.unwrap(),
            u64::from(3 * count)
        );
        assert_eq!(env.auth0.delete_expired().await.unwrap(), 0, "{count}");
        assert_eq!(alice.whoami().await, "auth0|alice");
    }
}

#[tokio::test]
async fn cleanup_does_not_wait_for_the_provider() {
    for reply in [Reply::html(503), Reply::NoResponse, Reply::Truncated] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        fill(&env, 2_500).await;
        env.provider.reply(Endpoint::Discovery, reply);
        let maintenance = env.auth0.spawn_maintenance();
        let cleanup = async {
            while !env.store.logins().await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), cleanup)
            .await
            .expect(&case);
        assert!(env.auth0.ready().await.is_err(), "{case}");
        maintenance.abort();
    }
}
