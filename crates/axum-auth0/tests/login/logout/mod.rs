//! The logout route.

mod provider;
mod requests;

use test_support::Browser;

use crate::app::TestEnv;

async fn assert_logged_out(env: &TestEnv, browser: &mut Browser, case: &str) {
    assert!(!browser.has_session(), "{case}");
    assert!(env.store.logins().await.is_empty(), "{case}");
    assert!(env.store.records().await.is_empty(), "{case}");
    assert_eq!(browser.whoami().await, "anonymous", "{case}");
}
