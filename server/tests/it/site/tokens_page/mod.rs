//! The Tokens page, for developers.

mod buttons;
mod content;

use crate::{
    browser::{ALICE, Browser, Response},
    test_env::TestEnv,
};

const PAGE: &str = "/tokens";

const RENEW: &str = "/tokens/renew";

const REVOKE: &str = "/tokens/revoke";

/// Logs Alice in. She has called the products API only.
async fn alice_in(env: &TestEnv) -> Browser {
    let alice = env.browser();
    let login = alice.open("/profile").await.assert_status(200);
    alice
        .submit_login(&login, ALICE, crate::browser::PASSWORD)
        .await
        .assert_status(200);
    alice
}

/// Returns the text of an API's section.
fn branch(page: &Response, title: &str) -> String {
    let branches = page.html().texts_where("class", "branch");
    let fits = |branch: &&String| branch.starts_with(title);
    let branch = branches.iter().find(fits);
    branch
        .unwrap_or_else(|| panic!("{title} is not on: {}", page.html().text()))
        .clone()
}

#[track_caller]
fn assert_says(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "{words} is not in: {text}");
    }
}

/// Presses the button of an API.
async fn press(browser: &Browser, page: &Response, api: &str) -> Response {
    let form = page.html().form_with(RENEW, "api", api);
    let response = browser.submit(page, form, &[]).await.assert_status(303);
    browser.follow(&response).await
}
