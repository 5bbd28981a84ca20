//! Deleting a product requires a recent login; the form waits for it.

use super::forms::{DELETE, editor, products_of};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::TestEnv,
};

const RESUME: &str = "/auth/resume";

#[tokio::test]
async fn a_product_is_deleted_once_after_another_login() {
    // The APIs have the clock of the system, which the others reach.
    let env = TestEnv::with(|builder| builder.seconds_behind = 600).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let third = products_of(&alice).await.remove(2);
    let (page, form) = editor(&alice, &third, DELETE).await;
    env.advance(600);
    let response = alice.submit(&page, form, &[]).await.assert_status(303);
    assert!(
        response
            .location()
            .starts_with("/auth/login?returnTo=%2Fauth%2Fresume")
    );
    assert!(products_of(&alice).await.contains(&third), "not yet");

    // The tenant follows max_age, so it asks for the password again.
    let login = alice.follow_redirects(response).await.assert_status(200);
    let ready = alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    let form = ready.html().form(RESUME);
    let response = alice.submit(&ready, form, &[]).await.assert_status(302);
    assert_eq!(response.location(), "/products?done=deleted");
    assert!(!products_of(&alice).await.contains(&third));

    let again = ready.html().form(RESUME);
    let response = alice.submit(&ready, again, &[]).await.assert_status(410);
    assert!(response.html().text().contains("There is nothing to send"));
}

#[tokio::test]
async fn a_program_gets_the_error_with_the_login() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(600);
    let response = alice
        .call(http::Method::POST, DELETE, &[("id", "none")])
        .await
        .assert_status(401);
    let error = response.json();
    assert_eq!(error["code"], "step_up_required");
    assert_eq!(error["details"]["max_age"], 300);
    let login = error["details"]["login_url"].as_str().unwrap();
    assert!(login.ends_with("&max_age=300"), "{login}");
}
