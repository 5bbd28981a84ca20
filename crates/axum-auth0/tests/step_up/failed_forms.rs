//! A form that failed, in a browser that several users share.

use serde_json::json;

use super::{Site, TestEnv, issue, log_in_at, logged_in, post_form};

/// The form has no field that says for whom its page was rendered.
#[tokio::test]
async fn a_failed_form_is_shown_to_the_user_who_sent_it_only() {
    for (user, expected) in [("alice", "note=mine"), ("bob", "empty")] {
        let env = TestEnv::new().await;
        let site = Site::new(&env).await;
        let mut browser = logged_in(&env, &site, "alice", 0).await;
        let response = post_form(&mut browser, "/account/fail", "note=mine").await;
        assert_eq!(response.location(), "/account/fail");
        issue(&env, json!({ "auth_time": env.clock_now() }));
        log_in_at(&env, &mut browser, "/auth/login", user).await;
        let page = browser.get("/account/fail").await;
        assert_eq!(page.body, expected, "{user}");
        assert_eq!(browser.get("/account/fail").await.body, "empty");
    }
}
