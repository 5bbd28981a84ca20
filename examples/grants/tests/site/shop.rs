//! Session transfer.

use tenant::Outcome;

use crate::env::TestEnv;

/// Each transfer rotates the refresh token, which has to be kept for the next one.
#[tokio::test]
async fn a_session_is_transferred_to_another_site_again_and_again() {
    let env = TestEnv::start().await;
    env.browser.log_in("/account", "alice@example.com").await;
    for transfers in 1..=3 {
        let page = env.browser.open("/shop").await;
        assert_eq!(page.url.path(), "/account");
        page.assert(200, "auth0|alice");
        let log = env.tenant.activity_log();
        let logins = log.iter().filter(|entry| {
            entry
                .text
                .contains("session transfer token logged auth0|alice in")
        });
        assert_eq!(
            logins.count(),
            transfers,
            "the token takes the place of a login"
        );
    }
    let log = env.tenant.activity_log();
    assert!(
        log.iter().all(|entry| entry.outcome != Outcome::Refused),
        "{log:?}"
    );
}
