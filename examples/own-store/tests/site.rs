//! A login survives a restart of the site, and a logout ends it.

#![cfg(unix)]

use example_support::{Browser, Port, Program, TestTenant};

#[tokio::test]
async fn a_login_is_in_the_file_until_the_logout() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sessions.json");
    let file = file.to_str().expect("a path in UTF-8");
    let port = Port::reserve();
    let tenant = TestTenant::start(&port.origin()).await;
    let address = port.address().to_string();
    let variables = tenant.variables(&[("SESSIONS_FILE", file), ("LISTEN", &address)]);
    let start = || Program::start(env!("CARGO_BIN_EXE_own-store"), &variables);
    let browser = Browser::new(&port.origin());

    let site = start().await;
    let account = browser.log_in("/account", "alice@example.com").await;
    account.assert(200, "The account of auth0|alice");
    site.interrupt().await;

    let site = start().await;
    browser.open("/account").await.assert(200, "auth0|alice");
    let question = browser.open("/auth/logout").await;
    let end = browser.submit(&question, &[]).await;
    end.assert(200, "logged out");
    browser.open("/account").await.assert(200, "password");
    site.interrupt().await;
    let text = std::fs::read_to_string(file).expect("the file");
    assert!(text.starts_with(r#"{"logins":{},"#), "{text}");
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let variables = [("SESSIONS_FILE", "/nowhere/sessions.json")];
    let message = Program::fail(env!("CARGO_BIN_EXE_own-store"), &variables).await;
    assert!(message.contains("/nowhere/sessions"), "{message}");
}
