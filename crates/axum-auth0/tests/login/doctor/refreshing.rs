//! The check of refresh tokens. Only a login shows whether the provider issues one; metadata is a hint.

use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, OfflineAccess, Part, Reply};

use super::{assert_contains, assert_problems, examined, text, the};
use crate::app::TestEnv;

#[tokio::test]
async fn missing_metadata_is_a_hint_and_not_a_problem() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["scopes_supported"] = json!(["openid", "profile"]);
    });
    let report = examined(&env, &[]).await;
    let refresh = the(&report, Status::Warning, "refresh");
    assert_contains(
        refresh,
        &[
            "does not list the scope offline_access",
            "a hint only",
            "AUTH0_PROMPT=consent",
        ],
    );
    assert!(
        !text(refresh).contains("did not grant"),
        "{}",
        text(refresh)
    );
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_successful_refresh_overrides_the_metadata() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["grant_types_supported"] = json!(["authorization_code"]);
    });
    let report = examined(&env, &[]).await;
    the(&report, Status::Ok, "refresh");

    // Without an observation, it is a hint.
    env.provider.reply(Endpoint::Refresh, Reply::html(500));
    let report = examined(&env, &[]).await;
    assert_contains(
        the(&report, Status::Warning, "refresh"),
        &["the grant refresh_token", "a hint only"],
    );
    assert_problems(&report, &[]);
}

/// The metadata is complete, but the provider issues no refresh token.
#[tokio::test]
async fn refresh_is_not_confirmed_before_a_login() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Never);
    let report = examined(&env, &[]).await;
    let refresh = the(&report, Status::Ok, "refresh");
    assert_contains(
        refresh,
        &["whether a login brings a refresh token shows after one"],
    );
    assert!(!text(refresh).contains("can be refreshed"));
}

#[tokio::test]
async fn an_unauthorized_grant_type_is_a_problem() {
    let env = TestEnv::new().await;
    env.provider.reply(
        Endpoint::Refresh,
        Reply::error(400, "unsupported_grant_type"),
    );
    let report = examined(&env, &[]).await;
    assert_contains(
        the(&report, Status::Problem, "refresh"),
        &["(unsupported_grant_type)", "Grant Types"],
    );
    assert_problems(&report, &["refresh"]);
}

#[tokio::test]
async fn a_site_without_offline_access_gets_an_explanation() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[("AUTH0_SCOPE", Some("openid"))]).await;
    let refresh = the(&report, Status::Warning, "refresh");
    assert_contains(
        refresh,
        &[
            "AUTH0_SCOPE lacks offline_access",
            "most providers issue no refresh token",
        ],
    );
}
