//! Checks of the application at the provider: credentials, callback, grants.

use super::doctor_env::{BASE_URL, CALLBACK, DoctorEnv, DoctorEnvBuilder};

#[tokio::test]
async fn a_wrong_client_secret_is_reported_without_a_login() {
    let env = DoctorEnv::with(|builder| {
        builder.set("AUTH0_CLIENT_SECRET", "planted-client-secret-of-yesterday");
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["client"])
        .the("problem", "client")
        .assert_says(
            "client_rejected",
            "The provider does not accept this application's credentials",
            "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
        );
    found.the("skipped", "refresh");
    // The callback is checked anyway.
    found.the("ok", "callback");
}

#[tokio::test]
async fn an_unknown_client_id_is_named() {
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_CLIENT_ID", "of-another-tenant")).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["client", "login"])
        .the("problem", "login")
        .assert_says(
            "client_rejected",
            "no application with the Client ID `of-another-tenant`",
            "Compare AUTH0_CLIENT_ID and AUTH0_DOMAIN",
        );
    found
        .the("skipped", "callback")
        .contains("summary", "does not know the application");
}

#[tokio::test]
async fn an_unregistered_callback_is_shown_as_it_must_be_registered() {
    let env = DoctorEnv::with(|builder| builder.tenant.applications[0].callback_urls.clear()).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["callback"])
        .the("problem", "callback")
        .assert_says(
            "callback_not_registered",
            &format!("does not know `{CALLBACK}` as a callback URL"),
            &format!("Add {CALLBACK} to the Allowed Callback URLs"),
        );
}

#[tokio::test]
async fn a_callback_with_another_loopback_host_is_not_registered() {
    let elsewhere = BASE_URL.replace("localhost", "[::1]");
    let env = DoctorEnv::with(|builder| builder.set("APP_BASE_URL", &elsewhere)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["callback", "logout"])
        .the("problem", "callback")
        .contains("fix", "it follows from APP_BASE_URL");
    found.the("problem", "logout").assert_says(
        "logout_url_not_registered",
        &format!("a logout that ends at {elsewhere}/signed-out"),
        &format!("AUTH0_LOGOUT_RETURN_TO={elsewhere} "),
    );
}

#[tokio::test]
async fn an_application_without_the_refresh_grant_is_reported() {
    let env =
        DoctorEnv::with(|builder| builder.tenant.applications[0].refresh_tokens = false).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["refresh"])
        .the("problem", "refresh")
        .assert_says(
            "grant_not_allowed",
            "Grant type 'refresh_token' not allowed for the client.",
            "Advanced Settings > Grant Types",
        );
    // A client that gets unauthorized_client was authenticated.
    found.the("ok", "client");
}

#[tokio::test]
async fn without_offline_access_nothing_can_be_refreshed_which_is_a_warning() {
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_SCOPE", "openid profile")).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["refresh"])
        .the("warning", "refresh")
        .assert_says(
            "no_refresh_token",
            "AUTH0_SCOPE lacks offline_access",
            "Add offline_access to AUTH0_SCOPE",
        );
}

#[tokio::test]
async fn an_unregistered_logout_url_has_two_fixes() {
    let only_the_root = |builder: &mut DoctorEnvBuilder| {
        builder.tenant.applications[0].logout_urls = vec![BASE_URL.to_owned()];
    };
    let env = DoctorEnv::with(only_the_root).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["logout"])
        .the("problem", "logout")
        .assert_says(
            "logout_url_not_registered",
            "post_logout_redirect_uri",
            &format!("Add {BASE_URL}/signed-out to the Allowed Logout URLs"),
        );
    let env = DoctorEnv::with(|builder| {
        only_the_root(builder);
        builder.set("AUTH0_LOGOUT_RETURN_TO", BASE_URL);
    })
    .await;
    env.run_doctor()
        .await
        .assert_problems(&[])
        .the("ok", "logout");
}

#[tokio::test]
async fn a_value_with_its_quotation_marks_is_named() {
    let env = DoctorEnv::with(|builder| {
        builder.set("AUTH0_CLIENT_ID", "\"leptos-auth0-sample\"");
        builder.set("AUTH0_CLIENT_SECRET", "planted-client-secret\r");
    })
    .await;
    let found = env.run_doctor().await;
    found.assert_problems(&["configuration"]);
    for line in [
        "AUTH0_CLIENT_ID begins or ends with a quotation mark",
        "AUTH0_CLIENT_SECRET contains a line break (U+000D) at its end",
    ] {
        assert!(found.text.contains(line), "{line} in {}", found.text);
    }
}
