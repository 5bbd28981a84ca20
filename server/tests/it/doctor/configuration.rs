//! Problems that are found without a request: variables, secrets, cookies, the session store.

use super::doctor_env::{CLIENT_SECRET, DoctorEnv, SITE_SECRET};

#[tokio::test]
async fn all_problems_are_reported_at_once_each_with_its_variable() {
    let env = DoctorEnv::with(|builder| {
        builder.unset("APP_BASE_URL");
        builder.set("AUTH0_SECRET", "short");
        builder.set("AUTH0_DOMAIN", "tenant.eu.auth0.com/login");
        builder.set("AUTH0_SCOPES", "openid");
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["configuration"])
        .assert_warnings(&[]);
    for line in [
        "✗ problem  configuration APP_BASE_URL: ",
        "✗ problem  configuration AUTH0_SECRET: ",
        "✗ problem  configuration AUTH0_DOMAIN: ",
        "✗ problem  configuration AUTH0_SCOPES: ",
        "AUTH0_SECRET is 5 bytes long; it must be at least 32.",
        "Fix: For example: AUTH0_DOMAIN=your-tenant.eu.auth0.com",
        "4 problems, ",
    ] {
        assert!(found.text.contains(line), "{line} in {}", found.text);
    }
    found.the("skipped", "client");
    assert_eq!(found.document["issuer"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_secure_cookie_on_plain_http_is_a_problem() {
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_COOKIE_SECURE", "true")).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["configuration"])
        .the("problem", "configuration")
        .contains("subject", "AUTH0_COOKIE_SECURE")
        .assert_says(
            "configuration_fault",
            "is true although APP_BASE_URL is http; the browser would not send the cookie back",
            "APP_BASE_URL=https://",
        );
}

#[tokio::test]
async fn the_secret_of_the_documentation_is_rejected() {
    let example = "use [openssl rand -hex 32] to generate a 32 bytes value";
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_SECRET", example)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["secret"])
        .the("problem", "secret")
        .assert_says(
            "insecure_secret",
            "AUTH0_SECRET is made of words, repetitions or sequences",
            "Set AUTH0_SECRET to 32 random bytes",
        );
}

#[tokio::test]
async fn a_predictable_old_secret_is_named_by_its_position() {
    let list = format!("{SITE_SECRET}, changeme0changeme1changeme2changeme3");
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_SECRET", &list)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["secret"])
        .the("problem", "secret")
        .assert_says(
            "insecure_secret",
            "AUTH0_SECRET holds, as number 2,",
            "AUTH0_SECRET",
        );
}

#[tokio::test]
async fn the_client_secret_is_rejected_as_the_secret_of_the_site() {
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_SECRET", CLIENT_SECRET)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["secret"])
        .the("problem", "secret")
        .assert_says(
            "insecure_secret",
            "AUTH0_SECRET is the client secret, too",
            "AUTH0_SECRET",
        );
}

#[tokio::test]
async fn a_site_under_the_providers_name_shares_its_cookies() {
    let base_url = "http://127.0.0.1:3999";
    let env = DoctorEnv::with(|builder| {
        builder.set("APP_BASE_URL", base_url);
        let application = &mut builder.tenant.applications[0];
        application.callback_urls = vec![format!("{base_url}/auth/callback")];
        application.logout_urls = vec![format!("{base_url}/signed-out")];
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["base_url"])
        .the("warning", "base_url")
        .assert_says(
            "cookies_shared",
            "Both are at 127.0.0.1",
            "Set APP_BASE_URL=http://localhost:3999",
        );
}

#[tokio::test]
async fn a_session_store_that_is_no_database_is_a_problem() {
    let env = DoctorEnv::with(|_| {}).await;
    let file = env.folder.path().join("sessions.db");
    std::fs::write(&file, "notes, not a database\n".repeat(100)).unwrap();
    let found = env.run_doctor().await;
    found
        .assert_problems(&["session_store"])
        .the("problem", "session_store")
        .assert_says(
            "session_store_unusable",
            "sessions.db cannot be read",
            "Set AUTH0_SESSION_STORE=sqlite:PATH",
        );
}

#[tokio::test]
async fn a_malformed_file_is_named_without_its_values() {
    let env = DoctorEnv::with(|_| {}).await;
    let file = env.folder.path().join(".env");
    std::fs::write(file, "AUTH0_SECRET='canary-without-an-end\n").unwrap();
    let found = env.run_doctor().await;
    found
        .assert_problems(&["configuration"])
        .the("problem", "configuration")
        .assert_says(
            "configuration_unreadable",
            ".env cannot be read: the first line with a variable is malformed",
            "Fix the file",
        );
    assert!(!found.text.contains("canary"), "{}", found.text);
}
