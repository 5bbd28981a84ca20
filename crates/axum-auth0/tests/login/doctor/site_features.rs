//! The checks of what the code of a site uses: authentication context classes, grants, authorization details.

use axum_auth0::StepUp;
use axum_auth0_doctor::{Grant, SiteFeatures, Status};
use serde_json::{Value, json};
use test_support::{Endpoint, Part, Reply};

use super::{assert_contains, assert_not_checked, assert_problems, examined, examined_with, the};
use crate::app::TestEnv;

const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

fn announce(env: &TestEnv, name: &'static str, value: &Value) {
    let value = value.clone();
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata[name] = value.clone();
    });
}

#[tokio::test]
async fn a_required_class_of_authentication_must_be_one_of_the_provider() {
    let env = TestEnv::new().await;
    let features = || SiteFeatures::default().step_up(&StepUp::multi_factor());
    let report = examined_with(&env, features()).await;
    assert_contains(
        the(&report, Status::Skipped, "acr"),
        &["acr_values_supported", "no claims_parameter_supported"],
    );
    announce(
        &env,
        "acr_values_supported",
        &json!(["urn:low", MULTI_FACTOR]),
    );
    let report = examined_with(&env, features()).await;
    assert_contains(the(&report, Status::Ok, "acr"), &[MULTI_FACTOR]);
    announce(&env, "acr_values_supported", &json!(["urn:low"]));
    let report = examined_with(&env, features()).await;
    let check = the(&report, Status::Problem, "acr");
    assert_eq!(check.code, Some("acr_not_supported"));
    assert_contains(
        check,
        &[MULTI_FACTOR, "has urn:low", "Security > Multi-factor Auth"],
    );
    assert_problems(&report, &["acr"]);
    assert_not_checked(&examined(&env, &[]).await, "acr");
}

#[tokio::test]
async fn a_grant_that_the_provider_does_not_list_is_a_warning_with_its_name() {
    let env = TestEnv::new().await;
    let grants = [
        Grant::ClientCredentials,
        Grant::TokenExchange,
        Grant::ConnectionToken,
    ];
    let features = || {
        let features = SiteFeatures::default();
        grants.into_iter().fold(features, SiteFeatures::grant)
    };
    let statuses = |report: &axum_auth0_doctor::Report| {
        let of_grants = report.checks.iter().filter(|check| check.id == "grant");
        of_grants.map(|check| check.status).collect::<Vec<_>>()
    };
    let report = examined_with(&env, features()).await;
    assert_eq!(statuses(&report), [Status::Skipped; 3]);
    let listed = json!([
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange"
    ]);
    announce(&env, "grant_types_supported", &listed);
    let report = examined_with(&env, features()).await;
    assert_eq!(statuses(&report), [Status::Ok, Status::Ok, Status::Warning]);
    let warning = report
        .checks
        .iter()
        .find(|check| check.id == "grant" && check.status == Status::Warning);
    let warning = warning.unwrap();
    assert_eq!(warning.code, Some("grant_not_announced"));
    assert_eq!(warning.subject.as_deref(), Some("Token Vault"));
    assert_contains(warning, &["Switch the grant Token Vault on", "Grant Types"]);
    assert_not_checked(&examined(&env, &[]).await, "grant");
}

#[tokio::test]
async fn a_backchannel_login_needs_an_endpoint_and_the_delivery_mode_poll() {
    let env = TestEnv::new().await;
    let features = || SiteFeatures::default().grant(Grant::BackchannelLogin);
    for (modes, status) in [
        (json!(["poll", "ping"]), Status::Ok),
        (json!(null), Status::Ok),
        (json!(["ping", "push"]), Status::Problem),
    ] {
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["grant_types_supported"] = json!(["urn:openid:params:grant-type:ciba"]);
            metadata["backchannel_token_delivery_modes_supported"] = modes.clone();
        });
        let report = examined_with(&env, features()).await;
        the(&report, status, "grant");
    }
    announce(&env, "backchannel_authentication_endpoint", &json!(null));
    let report = examined_with(&env, features()).await;
    let check = the(&report, Status::Problem, "grant");
    assert_eq!(check.code, Some("backchannel_login_not_supported"));
    assert_contains(check, &["no backchannel_authentication_endpoint", "(CIBA)"]);
}

#[tokio::test]
async fn types_of_authorization_details_must_be_those_of_the_provider() {
    let env = TestEnv::new().await;
    let features = || SiteFeatures::default().authorization_details(["payment", "account"]);
    let report = examined_with(&env, features()).await;
    the(&report, Status::Skipped, "authorization_details");
    for (listed, status) in [
        (json!(["payment", "account"]), Status::Ok),
        (json!(["account"]), Status::Problem),
    ] {
        announce(&env, "authorization_details_types_supported", &listed);
        let report = examined_with(&env, features()).await;
        let check = the(&report, status, "authorization_details");
        if status == Status::Problem {
            assert_contains(check, &["the type payment,"]);
        }
    }
    let report = examined(&env, &[]).await;
    assert_not_checked(&report, "authorization_details");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_the_features_unchecked() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Discovery, Reply::status(503));
    let features = SiteFeatures::default()
        .step_up(&StepUp::multi_factor())
        .grant(Grant::ClientCredentials)
        .authorization_details(["payment"]);
    let report = examined_with(&env, features).await;
    for id in ["acr", "grant", "authorization_details"] {
        the(&report, Status::Skipped, id);
    }
    assert_problems(&report, &["provider"]);
}
