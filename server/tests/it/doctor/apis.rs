//! Checks of the APIs: known to the provider, granted to the application, reachable.

use axum::Router;
use tenant::ApplicationAccess;
use tokio::net::TcpListener;

use super::doctor_env::{DoctorEnv, PRODUCTS, take_port};

#[tokio::test]
async fn a_missing_audience_is_a_warning_with_the_fix() {
    let env = DoctorEnv::with(|builder| builder.unset("AUTH0_AUDIENCE")).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["audience"])
        .the("warning", "audience")
        .assert_says(
            "audience_missing",
            "AUTH0_AUDIENCE is not set",
            "Set AUTH0_AUDIENCE to the Identifier of your API",
        );
}

#[tokio::test]
async fn an_unknown_audience_is_named_with_its_variable() {
    let almost = format!("{PRODUCTS}/");
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_AUDIENCE", &almost)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["audience"])
        .the("problem", "audience")
        .assert_says(
            "audience_unknown",
            &format!("knows no API with the identifier `{almost}`, which AUTH0_AUDIENCE names"),
            "Set AUTH0_AUDIENCE to the Identifier of an API that is registered at your tenant",
        );
    found.the("ok", "callback");
}

#[tokio::test]
async fn an_audience_of_a_second_api_is_checked_separately() {
    let env = DoctorEnv::with(|builder| {
        builder.set("PRODUCTS_API_AUDIENCE", "https://stock.example.com");
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["api_audience"])
        .the("problem", "api_audience")
        .contains("subject", "PRODUCTS")
        .assert_says(
            "audience_unknown",
            "`https://stock.example.com`, which PRODUCTS_API_AUDIENCE names",
            "Set PRODUCTS_API_AUDIENCE to",
        );
    found.the("ok", "audience");
}

#[tokio::test]
async fn an_api_that_the_application_may_not_use_is_reported() {
    let env = DoctorEnv::with(|builder| {
        builder.tenant.apis[0].access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["audience"])
        .the("problem", "audience")
        .assert_says(
            "api_not_authorized",
            &format!("does not let this application have tokens for `{PRODUCTS}`"),
            "Application Access",
        );
}

#[tokio::test]
async fn resource_sent_to_auth0_is_a_warning() {
    let env = DoctorEnv::with(|builder| builder.set("AUTH0_AUDIENCE_PARAMETER", "resource")).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["audience_parameter"])
        .the("warning", "audience_parameter")
        .assert_says(
            "resource_ignored",
            "Auth0 ignores that parameter",
            "AUTH0_AUDIENCE_PARAMETER",
        );
}

#[tokio::test]
async fn an_api_that_does_not_answer_is_a_warning() {
    let (_nobody, address) = take_port();
    let env = DoctorEnv::with(|builder| builder.set("PRODUCTS_API_URL", &address)).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["api"])
        .the("warning", "api")
        .contains("subject", "PRODUCTS")
        .assert_says("api_unreachable", &address, "PRODUCTS_API_URL");
}

#[tokio::test]
async fn any_response_of_an_api_counts_as_reachable() {
    // Even 404, which is the most likely status at its root.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/deep/below", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new()).await });
    let env = DoctorEnv::with(|builder| builder.set("PRODUCTS_API_URL", &address)).await;
    env.run_doctor()
        .await
        .assert_problems(&[])
        .assert_warnings(&[]);
}
