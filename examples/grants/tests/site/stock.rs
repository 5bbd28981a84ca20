//! Client credentials.

use serde_json::json;
use tenant::{ApplicationAccess, OtherGrant};

use crate::env::TestEnv;

#[tokio::test]
async fn a_page_without_a_user_calls_the_api_with_a_token_of_the_application() {
    let env = TestEnv::start().await;
    for _ in 0..2 {
        let seen = env.json("/stock").await;
        assert_eq!(
            seen,
            json!({ "sub": "leptos-auth0-sample@clients", "is_user": false, "actor": null, "scopes": ["read:products"] })
        );
    }
    let log = env.tenant.activity_log();
    let issued = log
        .iter()
        .filter(|entry| entry.text.contains("a token of its own"));
    assert_eq!(issued.count(), 1, "the second call uses the cached token");
}

#[tokio::test]
async fn the_site_says_which_grant_or_access_is_missing() {
    let env = TestEnv::with(|settings| {
        settings.applications[0]
            .other_grants
            .retain(|grant| *grant != OtherGrant::ClientCredentials);
    })
    .await;
    let page = env.browser.open("/stock").await;
    page.assert(500, "Switch the grant Client Credentials on");
    let env = TestEnv::with(|settings| {
        settings.apis[0].access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let page = env.browser.open("/stock").await;
    page.assert(500, "does not let this application have tokens for");
}
