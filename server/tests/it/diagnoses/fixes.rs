//! Doing what the fix says.

use std::time::Duration;

use crate::{
    browser::{ALICE, Browser, PASSWORD},
    test_env::{TestEnv, TestEnvBuilder},
};

/// For a world that is to be started again: what it knows is kept in files.
pub(crate) fn restartable(builder: &mut TestEnvBuilder) {
    builder.persistent = true;
}

/// For a world in which time passes: everything begins more than an hour ago, and access tokens live for an hour. The APIs,
/// whose clocks are right, would not take a token before that time has passed.
pub(crate) fn logged_in_long_ago(builder: &mut TestEnvBuilder) {
    restartable(builder);
    builder.tenant.access_token_lifetime = Duration::from_hours(1);
    builder.seconds_behind = 3_700;
}

/// Logs in without asking an API for anything.
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

/// The same world with everything as it is by default, but for `change`: the person logs in again, and it works.
pub(crate) async fn apply_fix(
    env: TestEnv,
    browser: &Browser,
    change: impl FnOnce(&mut TestEnvBuilder),
) -> TestEnv {
    let env = env.restart(change).await;
    assert_works(browser).await;
    env
}

/// That the person logs in again, and has her products.
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
