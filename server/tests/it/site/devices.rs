//! The devices on which a user is signed in, and the tenant that ends sessions.

use std::time::Duration;

use crate::{
    browser::{ALICE, BOB, Browser},
    test_env::{TestEnv, TestEnvBuilder},
};

const END: &str = "/api/sessions/end";
const END_OTHERS: &str = "/api/sessions/end-others";
const PROFILE: &str = "/profile";

async fn logged_in(env: &TestEnv, user: &str) -> Browser {
    let browser = env.browser();
    browser.log_in(user).await.assert_status(200);
    browser
}

async fn is_signed_in(browser: &Browser) -> bool {
    let user = browser.get_json("/auth/user").await.assert_status(200);
    &*user.body != "null"
}

#[tokio::test]
async fn a_user_signs_out_one_other_device_without_javascript() {
    let env = TestEnv::start().await;
    let (laptop, phone) = (logged_in(&env, ALICE).await, logged_in(&env, ALICE).await);
    let bob = logged_in(&env, BOB).await;
    let page = laptop.open(PROFILE).await.assert_status(200);
    let text = page.html().text();
    assert!(text.contains("Signed-in devices"), "{text}");
    assert!(text.contains("This device"), "{text}");
    assert!(text.contains("Active now"), "{text}");
    let response = laptop
        .submit(&page, page.html().form(END), &[])
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/profile?done=device");
    let page = laptop.follow(&response).await.assert_status(200);
    assert!(page.html().text().contains("The device was signed out."));
    assert!(!page.body.contains(END), "there is no other device");
    assert!(is_signed_in(&laptop).await);
    assert!(!is_signed_in(&phone).await);
    assert!(is_signed_in(&bob).await);
}

#[tokio::test]
async fn a_user_signs_out_all_other_devices() {
    let env = TestEnv::start().await;
    let others = [logged_in(&env, ALICE).await, logged_in(&env, ALICE).await];
    let laptop = logged_in(&env, ALICE).await;
    let page = laptop.open(PROFILE).await.assert_status(200);
    let response = laptop
        .submit(&page, page.html().form(END_OTHERS), &[])
        .await
        .assert_status(302);
    let page = laptop.follow(&response).await.assert_status(200);
    assert!(
        page.html()
            .text()
            .contains("All other devices were signed out.")
    );
    assert!(is_signed_in(&laptop).await);
    for other in &others {
        assert!(!is_signed_in(other).await);
    }
}

#[tokio::test]
async fn the_tenant_ends_a_session_that_was_copied_to_another_browser() {
    let env = TestEnv::with(TestEnvBuilder::register_backchannel_logout).await;
    let alice = logged_in(&env, ALICE).await;
    let copy = env.browser();
    copy.set_cookie("session", &alice.cookie("session").unwrap());
    assert!(is_signed_in(&copy).await);
    // The tenant's own logout, without the site.
    alice.visit(&env.tenant_url("/v2/logout")).await;
    let ended = async {
        while is_signed_in(&copy).await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .unwrap();
    assert!(!is_signed_in(&alice).await);
}
