//! The check of audiences. A response is evidence only if the response to an unknown audience differs.

use axum_auth0_doctor::{Report, Status};
use test_support::{ORDERS, PRODUCTS};

use super::{assert_contains, assert_problems, examined, the};
use crate::app::TestEnv;

fn assert_both(report: &Report, status: Status) {
    the(report, status, "audience");
    the(report, status, "api_audience");
}

#[tokio::test]
async fn a_provider_that_accepts_every_audience_gives_no_evidence() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[]).await;
    assert_both(&report, Status::Skipped);
    assert_contains(
        the(&report, Status::Skipped, "audience"),
        &[PRODUCTS, "does not exist just as well"],
    );
    assert_contains(the(&report, Status::Skipped, "api_audience"), &[ORDERS]);
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_that_rejects_an_unknown_audience_confirms_the_others() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.authorization.rejects_unknown_audience = true);
    let report = examined(&env, &[]).await;
    assert_both(&report, Status::Ok);

    let unknown = "https://stock.example.com";
    let report = examined(&env, &[("AUTH0_AUDIENCE", Some(unknown))]).await;
    let audience = the(&report, Status::Problem, "audience");
    assert_eq!(audience.code, Some("audience_unknown"));
    assert_contains(audience, &[unknown, "AUTH0_AUDIENCE"]);
    the(&report, Status::Skipped, "login");
    let report = examined(&env, &[("ORDERS_API_AUDIENCE", Some(unknown))]).await;
    assert_contains(
        the(&report, Status::Problem, "api_audience"),
        &[unknown, "ORDERS_API_AUDIENCE"],
    );
    assert_problems(&report, &["api_audience"]);
}

#[tokio::test]
async fn an_error_page_is_about_the_api_if_a_login_without_it_succeeds() {
    let env = TestEnv::new().await;
    for status in [400, 404, 500] {
        env.provider.policy(|policy| {
            policy.authorization.rejects_unknown_audience = true;
            policy.authorization.unknown_audience_page = Some(status);
        });
        let unknown = "https://stock.example.com";
        let report = examined(&env, &[("AUTH0_AUDIENCE", Some(unknown))]).await;
        let audience = the(&report, Status::Problem, "audience");
        assert_contains(
            audience,
            &[
                unknown,
                &format!("status {status}"),
                "The same login without the API is accepted",
            ],
        );
        assert!(!super::text(audience).contains("Most likely"));
        assert_problems(&report, &["audience"]);
        // A failed control request is no evidence.
        let expected = if status == 500 {
            Status::Skipped
        } else {
            Status::Ok
        };
        let report = examined(&env, &[]).await;
        assert_both(&report, expected);
    }
}
