//! The check of the client secret. A response is evidence only if the response to a wrong secret differs.

use axum_auth0_doctor::Status;
use test_support::{Endpoint, Reply};

use super::{assert_contains, assert_problems, examined, the};
use crate::app::TestEnv;

const WRONG: (&str, Option<&str>) = ("AUTH0_CLIENT_SECRET", Some("a-secret-of-yesterday"));

#[tokio::test]
async fn a_provider_that_checks_the_token_before_the_client_gives_no_evidence_of_the_secret() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.checks_grant_before_client = true);
    for changes in [&[][..], &[WRONG]] {
        let report = examined(&env, changes).await;
        let client = the(&report, Status::Skipped, "client");
        assert_contains(
            client,
            &[
                "Could not be checked",
                "same answer to a deliberately wrong secret",
                "invalid_grant",
            ],
        );
        assert_problems(&report, &[]);
    }
}

#[tokio::test]
async fn a_correct_secret_is_ok_and_a_wrong_one_a_problem() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[]).await;
    the(&report, Status::Ok, "client");
    // The second request is the control.
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    let report = examined(&env, &[WRONG]).await;
    let client = the(&report, Status::Problem, "client");
    assert_eq!(client.code, Some("client_rejected"));
    assert_contains(client, &["it says invalid_client"]);
    assert_problems(&report, &["client"]);
}

#[tokio::test]
async fn a_provider_that_rejects_every_secret_alike_gives_no_evidence() {
    let env = TestEnv::new().await;
    for (reply, words) in [
        (Reply::error(400, "invalid_request"), "says invalid_request"),
        (
            Reply::error(400, "unauthorized_client"),
            "says unauthorized_client",
        ),
        (Reply::text(403, "text/plain", "Forbidden"), "status 403"),
        (Reply::status(400), "status 400"),
    ] {
        env.provider.reply(Endpoint::Refresh, reply);
        for changes in [&[][..], &[WRONG]] {
            let report = examined(&env, changes).await;
            assert_contains(
                the(&report, Status::Skipped, "client"),
                &["Could not be checked", words],
            );
            the(&report, Status::Skipped, "refresh");
            assert_problems(&report, &[]);
        }
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_for_an_invalid_token_is_not_a_problem() {
    let env = TestEnv::new().await;
    for reply in [
        Reply::html(500),
        Reply::busy(429, "60"),
        Reply::status(503),
        Reply::Truncated,
        Reply::Json(
            200,
            serde_json::json!({"access_token": "x", "token_type": "Bearer"}),
        ),
    ] {
        let case = format!("{reply:?}");
        env.provider.reply(Endpoint::Refresh, reply);
        let report = examined(&env, &[]).await;
        let client = the(&report, Status::Skipped, "client");
        assert!(
            client.summary.starts_with("Could not be checked"),
            "{case}: {}",
            client.summary
        );
        the(&report, Status::Skipped, "refresh");
        assert_problems(&report, &[]);
    }
}

#[tokio::test]
async fn a_secret_that_the_provider_echoes_is_redacted() {
    let env = TestEnv::new().await;
    let description = format!("{} is not welcome", test_support::CLIENT_SECRET);
    let body = serde_json::json!({"error": "invalid_request", "error_description": description});
    env.provider
        .reply(Endpoint::Refresh, Reply::Json(400, body));
    let report = examined(&env, &[]).await;
    let shown = format!("{report:?}");
    assert!(!shown.contains(test_support::CLIENT_SECRET), "{shown}");
}
