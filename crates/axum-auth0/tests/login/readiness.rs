//! Readiness, and what works while the store or the provider is down.

use http::StatusCode;
use test_support::{Endpoint, Reply};

use axum_auth0::NotReady;

use crate::app::TestEnv;

#[tokio::test]
async fn a_site_is_not_ready_until_the_provider_has_answered_once() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Keys, Reply::html(502));
    assert!(matches!(
        env.auth0.ready().await,
        Err(NotReady::Provider(_))
    ));
    env.provider.recover(Endpoint::Keys);
    env.clock.advance(10);
    env.auth0.ready().await.unwrap();
    assert!(env.auth0.provider_outage().is_none());
}

/// An outage is the same for all replicas: taking them out would end what still works.
#[tokio::test]
async fn a_later_outage_of_the_provider_is_told_and_takes_no_replica_out() {
    let env = TestEnv::new().await;
    let mut alice = env.logged_in("alice").await;
    env.auth0.ready().await.unwrap();
    for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
        env.provider.reply(endpoint, Reply::html(502));
    }
    env.clock.advance(3_700);
    let checks = env.provider.request_count(Endpoint::Discovery);
    env.auth0.ready().await.unwrap();
    assert_eq!(
        env.provider.request_count(Endpoint::Discovery),
        checks,
        "the check waits for no provider"
    );
    let mut browser = env.browser();
    // The login uses the last metadata, and its fetch notices the outage.
    let login = browser.get("/auth/login").await;
    assert_eq!(login.status, StatusCode::SEE_OTHER);
    env.auth0.ready().await.unwrap();
    assert!(env.auth0.provider_outage().is_some());
    assert_eq!(alice.get("/products").await.status, StatusCode::OK);

    for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
        env.provider.recover(endpoint);
    }
    env.clock.advance(100);
    browser.get("/auth/login").await;
    assert!(env.auth0.provider_outage().is_none());
}

/// Lets time pass until `is_reached`. A fetch in progress may time out by it, and is repeated after its backoff.
async fn checks_until(env: &TestEnv, is_reached: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_reached() {
            return;
        }
        env.clock.advance(61);
        tokio::time::pause();
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
        tokio::time::resume();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no check noticed it");
}

#[tokio::test]
async fn maintenance_notices_an_outage_and_its_end_without_a_login() {
    let env = TestEnv::new().await;
    // Not with a paused clock: it would jump to the timeout of the first fetch.
    let maintenance = env.auth0.spawn_maintenance();
    test_support::wait_until(|| env.provider.request_count(Endpoint::Keys) == 1).await;
    test_support::wait_until(|| env.auth0.provider_outage().is_none()).await;
    env.provider.reply(Endpoint::Keys, Reply::html(502));
    env.clock.advance(601);
    checks_until(&env, || env.auth0.provider_outage().is_some()).await;
    env.auth0.ready().await.unwrap();

    env.provider.recover(Endpoint::Keys);
    checks_until(&env, || env.auth0.provider_outage().is_none()).await;
    maintenance.abort();
}

#[tokio::test]
async fn while_the_store_is_down_signed_in_pages_fail_and_public_pages_work() {
    let env = TestEnv::new().await;
    let mut alice = env.logged_in("alice").await;
    env.auth0.ready().await.unwrap();
    env.store.set_unavailable(true);
    assert!(matches!(env.auth0.ready().await, Err(NotReady::Store(_))));
    for path in ["/products", "/auth/profile"] {
        let response = alice.get(path).await;
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(response.set_cookies().is_empty(), "{path}");
    }
    let mut anonymous = env.browser();
    assert_eq!(anonymous.get("/").await.body, "home");
    assert_eq!(anonymous.whoami().await, "anonymous");
    // The way to the provider needs no store either.
    let login = anonymous.get("/auth/login").await;
    assert_eq!(login.status, StatusCode::SEE_OTHER);

    env.store.set_unavailable(false);
    env.auth0.ready().await.unwrap();
    assert_eq!(alice.get("/products").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_a_session_does_not_touch_the_store() {
    let env = TestEnv::new().await;
    let reads = env.store.read_count();
    let mut browser = env.browser();
    for path in ["/", "/whoami", "/products", "/auth/profile", "/auth/login"] {
        browser.get(path).await;
        // The cookie of a pending login is no session.
        assert_eq!(env.store.read_count(), reads, "{path}");
    }
    for cookie in ["", "x", "not an identifier"] {
        browser.jar.insert("session".to_owned(), cookie.to_owned());
        browser.get("/whoami").await;
        assert_eq!(env.store.read_count(), reads, "{cookie}");
    }
}

/// Neither rows nor memory: the state of a pending login is in its cookie.
#[tokio::test]
async fn anonymous_logins_leave_nothing_at_the_server() {
    let env = TestEnv::new().await;
    let reads = env.store.read_count();
    for _ in 0..2_000 {
        let response = env.browser().get("/auth/login").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(env.store.read_count(), reads);
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
}
