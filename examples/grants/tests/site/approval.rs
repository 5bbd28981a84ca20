//! CIBA.

use std::time::Duration;

use serde_json::json;

use crate::env::TestEnv;

async fn start() -> TestEnv {
    TestEnv::with(|settings| settings.backchannel_interval = Duration::from_secs(1)).await
}

#[tokio::test]
async fn a_user_approves_on_the_dashboard_of_the_tenant() {
    let env = start().await;
    let approve = async {
        let page = env.waiting_login().await;
        env.press(&page, "accept").await;
    };
    let (seen, ()) = tokio::join!(env.json("/approval?user=auth0|alice"), approve);
    assert_eq!(seen["claims"]["sub"], json!("auth0|alice"));
    let scopes = seen["scope"].as_array().unwrap();
    assert!(scopes.contains(&json!("read:products")));
}

#[tokio::test]
async fn a_login_that_its_user_denies_has_no_tokens() {
    let env = start().await;
    let deny = async {
        let page = env.waiting_login().await;
        env.press(&page, "deny").await;
    };
    let (page, ()) = tokio::join!(env.browser.open("/approval?user=auth0|alice"), deny);
    page.assert(403, "login_refused");
    let page = env.browser.open("/approval?user=auth0|unknown").await;
    page.assert(403, "unknown_user_id");
}
