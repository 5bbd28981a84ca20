//! The check of the logout URL.

use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, Part, Reply, SITE};

use super::{assert_contains, assert_problems, examined, the};
use crate::app::{TestEnv, TestEnvBuilder};

/// Registers the root of the site only, as the guide of nextjs-auth0 suggests.
fn register_root_only(env: &TestEnv, status: u16, text: &'static str) {
    env.provider.policy(|policy| {
        policy.logout.registered_urls = Some((vec![SITE.to_owned()], status, text));
    });
}

#[tokio::test]
async fn an_unregistered_logout_url_is_a_problem_with_both_fixes() {
    let env = TestEnv::new().await;
    register_root_only(&env, 400, "<p>post_logout_redirect_uri is not allowed</p>");
    let report = examined(&env, &[]).await;
    let logout = the(&report, Status::Problem, "logout");
    assert_eq!(logout.code, Some("logout_url_not_registered"));
    assert_contains(
        logout,
        &[
            "(“post_logout_redirect_uri is not allowed”)",
            &format!("Add {SITE}/signed-out to the Allowed Logout URLs"),
            &format!("AUTH0_LOGOUT_RETURN_TO={SITE} "),
        ],
    );
    assert_problems(&report, &["logout"]);

    // Applies the fix. Providers compare URLs character by character.
    let report = examined(&env, &[("AUTH0_LOGOUT_RETURN_TO", Some(SITE))]).await;
    assert_contains(the(&report, Status::Ok, "logout"), &[SITE]);
    let report = examined(&env, &[("AUTH0_LOGOUT_RETURN_TO", Some("/"))]).await;
    the(&report, Status::Problem, "logout");
}

#[tokio::test]
async fn a_logout_without_evidence_of_the_url_is_skipped() {
    let env = TestEnv::new().await;
    for text in ["", "<h1>Bad request</h1>"] {
        register_root_only(&env, 400, text);
        let report = examined(&env, &[]).await;
        assert_contains(
            the(&report, Status::Skipped, "logout"),
            &["Could not be checked", "status 400"],
        );
        assert_problems(&report, &[]);
    }
    env.provider.policy(|policy| {
        policy.logout.registered_urls = None;
        policy.logout.requires_id_token_hint = true;
    });
    let report = examined(&env, &[]).await;
    assert_contains(
        the(&report, Status::Skipped, "logout"),
        &["id_token_hint is missing"],
    );
    env.provider
        .policy(|policy| policy.logout.requires_confirmation = true);
    let report = examined(&env, &[]).await;
    assert_contains(
        the(&report, Status::Skipped, "logout"),
        &["a page of its own"],
    );
    env.provider.reply(Endpoint::EndSession, Reply::html(500));
    let report = examined(&env, &[]).await;
    assert_contains(the(&report, Status::Skipped, "logout"), &["status 500"]);
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_without_logout_needs_no_url() {
    let mut builder = TestEnvBuilder::new();
    builder.issuer_path = "/realms/a";
    let env = builder.build().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["end_session_endpoint"] = json!(null);
    });
    let report = examined(&env, &[]).await;
    assert_contains(the(&report, Status::Skipped, "logout"), &["Not needed"]);
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn logout_requests_of_the_doctor_carry_no_session() {
    let env = TestEnv::new().await;
    examined(&env, &[]).await;
    let requests = env.provider.requests(Endpoint::EndSession);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].get("id_token_hint"), None);
    assert!(!requests[0].headers.contains_key("cookie"));
}
