//! Whether the provider sends people back after a logout.

use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, Part, Reply, SITE};

use super::{are_problems, examined, says, the};
use crate::app::{TestEnv, TestEnvBuilder};

/// As nextjs-auth0's guide has it.
fn only_the_root(env: &TestEnv, status: u16, text: &'static str) {
    env.provider.policy(|policy| {
        policy.logout.registered_urls = Some((vec![SITE.to_owned()], status, text));
    });
}

#[tokio::test]
async fn a_logout_url_that_is_not_registered_is_a_problem_with_both_ways_out() {
    let env = TestEnv::new().await;
    only_the_root(&env, 400, "<p>post_logout_redirect_uri is not allowed</p>");
    let report = examined(&env, &[]).await;
    let logout = the(&report, Status::Problem, "logout");
    assert_eq!(logout.code, Some("logout_url_not_registered"));
    says(
        logout,
        &[
            "(“post_logout_redirect_uri is not allowed”)",
            &format!("Add {SITE}/signed-out to the Allowed Logout URLs"),
            &format!("AUTH0_LOGOUT_RETURN_TO={SITE} "),
        ],
    );
    are_problems(&report, &["logout"]);

    // What the fix says; to the letter, since another letter is another URL for the provider.
    let report = examined(&env, &[("AUTH0_LOGOUT_RETURN_TO", Some(SITE))]).await;
    says(the(&report, Status::Ok, "logout"), &[SITE]);
    let report = examined(&env, &[("AUTH0_LOGOUT_RETURN_TO", Some("/"))]).await;
    the(&report, Status::Problem, "logout");
}

#[tokio::test]
async fn a_logout_that_says_nothing_of_the_url_could_not_be_checked() {
    let env = TestEnv::new().await;
    for text in ["", "<h1>Bad request</h1>"] {
        only_the_root(&env, 400, text);
        let report = examined(&env, &[]).await;
        says(
            the(&report, Status::Skipped, "logout"),
            &["Could not be checked", "status 400"],
        );
        are_problems(&report, &[]);
    }
    env.provider.policy(|policy| {
        policy.logout.registered_urls = None;
        policy.logout.requires_id_token_hint = true;
    });
    let report = examined(&env, &[]).await;
    says(
        the(&report, Status::Skipped, "logout"),
        &["id_token_hint is missing"],
    );
    env.provider
        .policy(|policy| policy.logout.requires_confirmation = true);
    let report = examined(&env, &[]).await;
    says(
        the(&report, Status::Skipped, "logout"),
        &["a page of its own"],
    );
    env.provider.reply(Endpoint::EndSession, Reply::html(500));
    let report = examined(&env, &[]).await;
    says(the(&report, Status::Skipped, "logout"), &["status 500"]);
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_that_cannot_log_out_needs_no_url() {
    let mut builder = TestEnvBuilder::new();
    builder.issuer_path = "/realms/a";
    let env = builder.build().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["end_session_endpoint"] = json!(null);
    });
    let report = examined(&env, &[]).await;
    says(the(&report, Status::Skipped, "logout"), &["Not needed"]);
    are_problems(&report, &[]);
}

#[tokio::test]
async fn no_logout_of_the_doctor_carries_a_session() {
    let env = TestEnv::new().await;
    examined(&env, &[]).await;
    let requests = env.provider.requests(Endpoint::EndSession);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].get("id_token_hint"), None);
    assert!(!requests[0].headers.contains_key("cookie"));
}
