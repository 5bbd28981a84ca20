//! Applies the fix of a diagnosis.

use std::time::Duration;

use crate::{
    browser::{ALICE, Browser, PASSWORD},
    test_env::{TestEnv, TestEnvBuilder},
};

/// Lets an environment restart: its databases are files.
pub(crate) fn restartable(builder: &mut TestEnvBuilder) {
    builder.persistent = true;
}

/// Starts the clocks more than an hour ago, with access tokens that live for an hour. The APIs use the system's clock and do
/// not accept a token before its time.
pub(crate) fn logged_in_long_ago(builder: &mut TestEnvBuilder) {
    restartable(builder);
    builder.tenant.access_token_lifetime = Duration::from_hours(1);
    builder.seconds_behind = 3_700;
}

/// Logs in without calling an API.
pub(crate) async fn signed_in(env: &TestEnv) -> Browser {
    let alice = env.browser();
    let form = alice.open("/profile").await.assert_status(200);
    let page = alice
        .submit_login(&form, ALICE, PASSWORD)
        .await
        .assert_status(200);
    assert_eq!(page.path_and_query(), "/profile");
    alice
}

/// Restarts the environment with default settings and `change`, and asserts that a new login works.
pub(crate) async fn apply_fix(
    env: TestEnv,
    browser: &Browser,
    change: impl FnOnce(&mut TestEnvBuilder),
) -> TestEnv {
    let env = env.restart(change).await;
    assert_works(browser).await;
    env
}

/// Asserts that a new login leads to the products.
pub(crate) async fn assert_works(browser: &Browser) {
    let mut page = browser
        .open("/auth/login?returnTo=%2Fproducts")
        .await
        .assert_status(200);
    if page.url.path() == "/u/login" {
        page = browser
            .submit_login(&page, ALICE, PASSWORD)
            .await
            .assert_status(200);
    }
    assert_eq!(page.path_and_query(), "/products");
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);
    browser.get_json("/api/products").await.assert_status(200);
}
