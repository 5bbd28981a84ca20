//! Token Vault.

use example_support::Browser;

use crate::env::TestEnv;

#[tokio::test]
async fn a_page_has_a_token_of_a_service_that_the_user_has_connected() {
    let env = TestEnv::with(|settings| settings.users[1].connections.clear()).await;
    env.browser.log_in("/calendar", "alice@example.com").await;
    for _ in 0..2 {
        let seen = env.json("/calendar").await;
        assert_eq!(seen["connection"], "google-oauth2");
    }
    let log = env.tenant.activity_log();
    let exchanges = log
        .iter()
        .filter(|entry| entry.text.contains("for the connection google-oauth2"));
    assert_eq!(exchanges.count(), 1, "later pages use the cached token");
    let bob = Browser::new(&env.site);
    let page = bob.log_in("/calendar", "bob@example.com").await;
    page.assert(403, "not_connected");
}
