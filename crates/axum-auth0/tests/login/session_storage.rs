//! Sessions in the store: damaged and foreign records, secrets, outages.

use http::StatusCode;

use crate::app::TestEnv;
use test_support::{CLIENT_ID, Endpoint, log_capture};

/// Another replica may read it.
#[tokio::test]
async fn a_damaged_record_is_ignored_and_kept() {
    for damage in [Vec::new(), vec![0], vec![1; 200], b"{}".to_vec()] {
        let env = TestEnv::new().await;
        let browser = env.logged_in("alice").await;
        let (key, _) = env.store.records().await.remove(0);
        env.store.overwrite_record(&key, damage.clone()).await;
        // This process has not opened the session before.
        let mut browser = browser.with_router(&env.restarted(&[]).await);
        let response = browser.get("/whoami").await;
        assert_eq!(response.body, "anonymous");
        assert!(response.set_cookies().is_empty(), "the cookie is kept");
        assert_eq!(env.store.records().await, [(key, damage)]);
        browser.log_in(&env.provider, "alice").await;
    }
}

/// A session record copied to another session's row.
#[tokio::test]
async fn a_record_copied_from_another_session_is_rejected() {
    let env = TestEnv::new().await;
    let alice = env.logged_in("alice").await;
    let (key, _) = env.store.records().await.remove(0);
    let mut bob = env.logged_in("bob").await;
    let records = env.store.records().await;
    let (_, bobs) = records
        .into_iter()
        .find(|(other, _)| *other != key)
        .unwrap();
    env.store.overwrite_record(&key, bobs).await;
    let mut alice = alice.with_router(&env.restarted(&[]).await);
    assert_eq!(alice.whoami().await, "anonymous");
    assert_eq!(bob.whoami().await, "auth0|bob");
}

/// A login row copied to another login's row.
#[tokio::test]
async fn damaged_tokens_are_ignored() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.store.overwrite_tokens(vec![1; 100]).await;
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(env.store.logins().await.len(), 1, "the row is kept");
    browser.log_in(&env.provider, "alice").await;
    env.token(&mut browser).await;

    let other = TestEnv::new().await;
    other.logged_in("mallory").await;
    let stolen = other.store.login().await.tokens;
    env.store.overwrite_tokens(stolen).await;
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
}

/// A copy of the store reveals no usable credential.
#[tokio::test]
async fn the_store_contains_no_identifier_and_no_token_in_plain_text() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    browser.get("/token/renewed").await;
    let row = env.store.login().await;
    let records = env.store.records().await;
    let mut dump = format!("{row:?}{records:?}");
    dump.push_str(&String::from_utf8_lossy(&row.tokens));
    for (key, record) in &records {
        dump.push_str(&String::from_utf8_lossy(key));
        dump.push_str(&String::from_utf8_lossy(record));
    }
    let found = env.secrets.found_in(&dump);
    assert!(found.is_empty(), "{found:?}");
    for kind in [
        "cookie",
        "refresh token",
        "access token",
        "ID token",
        "code",
    ] {
        assert!(
            env.secrets.kinds().contains(&kind),
            "{kind} was never planted"
        );
    }
    // The claims are encrypted, too.
    assert!(!dump.contains("alice@example.com") && !dump.contains(CLIENT_ID));
}

#[tokio::test]
async fn a_rotated_secret_keeps_sessions_and_a_changed_one_ends_them() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let old = "canary-AUTH0_SECRET-0123456789-abcdefghij";
    let new = "another-AUTH0_SECRET-9876543210-zyxwvutsrq";
    let rotated = env
        .restarted(&[("AUTH0_SECRET", Some(&format!("{new},{old}")))])
        .await;
    let mut same = browser.clone().with_router(&rotated);
    assert_eq!(same.whoami().await, "auth0|alice");
    assert_eq!(same.get("/token/renewed").await.status, StatusCode::OK);

    let changed = env.restarted(&[("AUTH0_SECRET", Some(new))]).await;
    let mut lost = browser.clone().with_router(&changed);
    let response = lost.get("/whoami").await;
    assert_eq!(
        (response.status, response.body.as_str()),
        (StatusCode::OK, "anonymous")
    );
}

#[tokio::test]
async fn a_session_of_another_provider_is_ignored() {
    let env = TestEnv::new().await;
    let other = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let moved = env
        .restarted(&[("AUTH0_DOMAIN", Some(other.provider.issuer()))])
        .await;
    assert_eq!(
        browser.clone().with_router(&moved).whoami().await,
        "anonymous"
    );
    assert_eq!(browser.clone().whoami().await, "auth0|alice");
}

/// While the store is unavailable, a request is neither authenticated nor anonymous.
#[tokio::test]
async fn while_the_store_is_down_no_request_is_anonymous_and_no_session_is_lost() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    env.store.set_unavailable(true);
    for (path, status) in [
        ("/products", 503),
        ("/token", 503),
        ("/auth/profile", 503),
        ("/", 200),
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
        assert!(
            response.set_cookies().is_empty(),
            "{path}: the session is kept"
        );
    }
    assert_eq!(browser.whoami().await, "unknown");
    let mut tab = browser.clone();
    let response = tab.get(&returned.path()).await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.header("retry-after"), Some("5"));
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(
        response.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "a logout does not lie"
    );
    // Requests without a session do not need the store.
    assert_eq!(env.browser().whoami().await, "anonymous");
    env.store.set_unavailable(false);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

/// The log identifies sessions by a value that is not a credential.
#[tokio::test]
async fn login_and_logout_are_logged() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let login = format!("{:?}", env.store.login().await.id);
    browser.post("/auth/logout", "").await;
    let log = log_capture::captured();
    assert!(
        log.contains(&format!("login succeeded login={login}")),
        "{login}"
    );
    assert!(
        log.contains(&format!("logout succeeded login={login}")),
        "{login}"
    );
}
