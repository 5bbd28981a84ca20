//! Records that this process cannot open or parse are ignored and kept: another replica may read them.

use http::StatusCode;
use test_support::Endpoint;

use crate::app::TestEnv;

const OLD: &str = "canary-AUTH0_SECRET-0123456789-abcdefghij";
const NEW: &str = "another-AUTH0_SECRET-9876543210-zyxwvutsrq";

#[tokio::test]
async fn a_replica_with_another_secret_treats_users_as_anonymous_and_deletes_nothing() {
    let env = TestEnv::new().await;
    let mut here = env.logged_in("alice").await;
    let there = env.restarted(&[("AUTH0_SECRET", Some(NEW))]).await;
    let mut there = here.clone().with_router(&there);
    for (path, status) in [
        ("/", 200),
        ("/whoami", 200),
        ("/token", 303),
        ("/products", 303),
    ] {
        let response = there.get(path).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
        assert!(response.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(there.whoami().await, "anonymous");
    assert_eq!(here.whoami().await, "auth0|alice");
    assert_eq!(here.get("/token/renewed").await.status, StatusCode::OK);
}

/// The order in .env.example: all replicas know the new secret before one of them writes with it.
#[tokio::test]
async fn a_two_step_secret_rotation_keeps_users_signed_in_on_two_replicas() {
    let both = [format!("{OLD},{NEW}"), format!("{NEW},{OLD}")];
    let steps = [OLD, &both[0], &both[1], NEW];
    let env = TestEnv::new().await;
    for step in steps.windows(2) {
        let one = env.restarted(&[("AUTH0_SECRET", Some(step[0]))]).await;
        let other = env.restarted(&[("AUTH0_SECRET", Some(step[1]))]).await;
        // The last step follows when no session is left that the old secret sealed.
        let mut pairs = vec![(&other, &one)];
        if step[1] != NEW {
            pairs.push((&one, &other));
        }
        for (first, second) in pairs {
            let mut browser = env.browser().with_router(first);
            browser.log_in(&env.provider, "alice").await;
            let mut browser = browser.with_router(second);
            assert_eq!(browser.whoami().await, "auth0|alice", "{step:?}");
            let response = browser.get("/token/renewed").await;
            assert_eq!(response.status, StatusCode::OK, "{step:?}");
            let mut browser = browser.with_router(first);
            assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn unreadable_tokens_are_kept_and_a_new_login_gets_new_ones() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.store.overwrite_tokens(vec![1; 100]).await;
    for path in ["/token", "/token/renewed", "/token/orders", "/token/revoke"] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(response.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(env.store.login().await.tokens, vec![1; 100]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    browser.log_in(&env.provider, "alice").await;
    env.token(&mut browser).await;
}

#[tokio::test]
async fn a_session_of_another_version_is_kept() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    browser.get("/write-session/of-another-version").await;
    let mut browser = browser.with_router(&env.restarted(&[]).await);
    let records = env.store.records().await;
    let response = browser.get("/whoami").await;
    assert_eq!(response.body, "anonymous");
    assert!(response.set_cookies().is_empty());
    assert_eq!(env.store.records().await, records);
    assert_eq!(env.store.logins().await.len(), 1);
}

/// Columns are not encrypted: write access to the database must not allow to impersonate a user.
#[tokio::test]
async fn a_login_with_modified_columns_in_the_store_is_rejected() {
    for case in ["subject", "provider_session", "no provider_session", "row"] {
        let env = TestEnv::new().await;
        let mut bob = env.logged_in("bob").await;
        let row_of_bob = env.store.login().await;
        bob.post("/auth/logout", "").await;
        let alice = env.logged_in("alice").await;
        env.store
            .edit_login(|row| match case {
                "subject" => row.subject = "auth0|bob".to_owned(),
                "provider_session" => row.provider_session = Some("session-of-bob".to_owned()),
                "no provider_session" => row.provider_session = None,
                _ => {
                    let id = row.id;
                    *row = row_of_bob.clone();
                    row.id = id;
                }
            })
            .await;
        let mut alice = alice.with_router(&env.restarted(&[]).await);
        assert_eq!(alice.whoami().await, "anonymous", "{case}");
        assert_eq!(alice.get("/products").await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            alice.get_json("/token").await.status,
            StatusCode::UNAUTHORIZED,
            "{case}"
        );
        assert!(alice.has_session(), "{case}");
        assert_eq!(env.store.logins().await.len(), 1, "{case}");
    }
}
