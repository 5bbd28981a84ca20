//! Transactions of logins: tabs, expiry, cookies.

use test_support::Endpoint;

use crate::app::TestEnv;

/// A user who lost the transaction cookie can still log in.
#[tokio::test]
async fn a_restarted_login_returns_to_the_same_page() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    browser.jar.clear();
    let response = browser.get(&returned.path()).await;
    let returned = env.provider.authorize(response.location(), "alice");
    assert_eq!(
        browser.get(&returned.path()).await.location(),
        "/products?page=2"
    );
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn three_tabs_complete_in_reverse_order_each_at_its_own_page() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let mut returned = Vec::new();
    for tab in ["/a", "/b", "/c"] {
        let response = browser.start_login(tab).await;
        returned.push((tab, env.provider.authorize(response.location(), "alice")));
    }
    assert_eq!(browser.pending_logins(), 3);
    for (tab, returned) in returned.into_iter().rev() {
        assert_eq!(browser.get(&returned.path()).await.location(), tab);
    }
    assert_eq!(browser.pending_logins(), 0);
}

#[tokio::test]
async fn a_transaction_expires_after_ten_minutes() {
    for (wait, works) in [
        (599, true),
        (600, false),
        (86_400, false),
        (-601, false),
        (-30, true),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        env.clock.advance(wait);
        let response = browser.get(&returned.path()).await;
        if works {
            assert_eq!(response.location(), "/products?page=2", "{wait}");
            continue;
        }
        env.assert_login_failed(&mut browser, &response, 400, &wait.to_string())
            .await;
        assert!(
            response
                .body
                .contains("/auth/login?returnTo=%2Fproducts%3Fpage%3D2"),
            "{wait}"
        );
        assert_eq!(env.provider.request_count(Endpoint::Exchange), 0, "{wait}");
    }
}

/// A sibling subdomain sets transaction cookies for the site.
#[tokio::test]
async fn a_foreign_cookie_of_the_same_name_does_not_hide_the_transaction() {
    use http::{Method, header};

    for evil_first in [true, false] {
        let env = TestEnv::new().await;
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        let (name, value) = browser.jar.pop_first().unwrap();
        let (real, evil) = (format!("{name}={value}"), format!("{name}=AAAA"));
        let cookies = if evil_first {
            format!("{evil}; {real}")
        } else {
            format!("{real}; {evil}")
        };
        let request = browser
            .request(Method::GET, &returned.path())
            .header(header::COOKIE, cookies);
        let response = browser
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(
            response.location(),
            "/products?page=2",
            "evil first: {evil_first}"
        );
    }
}
