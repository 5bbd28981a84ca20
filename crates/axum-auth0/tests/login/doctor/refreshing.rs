//! Whether a login brings a refresh token shows after one. Metadata is a hint.

use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, OfflineAccess, Part, Reply};

use super::{are_problems, examined, says, text, the};
use crate::app::TestEnv;

#[tokio::test]
async fn what_the_metadata_leaves_out_is_a_hint_and_worded_as_one() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["scopes_supported"] = json!(["openid", "profile"]);
    });
    let report = examined(&env, &[]).await;
    let refresh = the(&report, Status::Warning, "refresh");
    says(
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
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_refresh_that_the_provider_takes_outweighs_its_metadata() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["grant_types_supported"] = json!(["authorization_code"]);
    });
    let report = examined(&env, &[]).await;
    the(&report, Status::Ok, "refresh");

    // Where it could not be seen, it is a hint.
    env.provider.reply(Endpoint::Refresh, Reply::html(500));
    let report = examined(&env, &[]).await;
    says(
        the(&report, Status::Warning, "refresh"),
        &["the grant refresh_token", "a hint only"],
    );
    are_problems(&report, &[]);
}

/// Metadata that has everything, of a provider whose logins bring no refresh token.
#[tokio::test]
async fn that_tokens_can_be_refreshed_is_not_said_before_a_login() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Never);
    let report = examined(&env, &[]).await;
    let refresh = the(&report, Status::Ok, "refresh");
    says(
        refresh,
        &["whether a login brings a refresh token shows after one"],
    );
    assert!(!text(refresh).contains("can be refreshed"));
}

#[tokio::test]
async fn a_grant_that_the_provider_refuses_to_this_application_is_a_problem() {
    let env = TestEnv::new().await;
    env.provider.reply(
        Endpoint::Refresh,
        Reply::error(400, "unsupported_grant_type"),
    );
    let report = examined(&env, &[]).await;
    says(
        the(&report, Status::Problem, "refresh"),
        &["(unsupported_grant_type)", "Grant Types"],
    );
    are_problems(&report, &["refresh"]);
}

#[tokio::test]
async fn a_site_that_asks_for_no_refresh_token_is_told_what_that_means() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[("AUTH0_SCOPE", Some("openid"))]).await;
    let refresh = the(&report, Status::Warning, "refresh");
    says(
        refresh,
        &[
            "AUTH0_SCOPE lacks offline_access",
            "most providers issue no refresh token",
        ],
    );
}
