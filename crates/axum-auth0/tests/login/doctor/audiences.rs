//! What a provider says of an API counts if it says something else of one that does not exist.

use axum_auth0_doctor::{Report, Status};
use test_support::{ORDERS, PRODUCTS};

use super::{are_problems, examined, says, the};
use crate::app::TestEnv;

fn of_both(report: &Report, status: Status) {
    the(report, status, "audience");
    the(report, status, "api_audience");
}

#[tokio::test]
async fn a_provider_that_takes_every_audience_says_nothing_of_one() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[]).await;
    of_both(&report, Status::Skipped);
    says(
        the(&report, Status::Skipped, "audience"),
        &[PRODUCTS, "does not exist just as well"],
    );
    says(the(&report, Status::Skipped, "api_audience"), &[ORDERS]);
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_that_refuses_an_unknown_audience_knows_the_others() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.authorization.rejects_unknown_audience = true);
    let report = examined(&env, &[]).await;
    of_both(&report, Status::Ok);

    let unknown = "https://stock.example.com";
    let report = examined(&env, &[("AUTH0_AUDIENCE", Some(unknown))]).await;
    let audience = the(&report, Status::Problem, "audience");
    assert_eq!(audience.code, Some("audience_unknown"));
    says(audience, &[unknown, "AUTH0_AUDIENCE"]);
    the(&report, Status::Skipped, "login");
    let report = examined(&env, &[("ORDERS_API_AUDIENCE", Some(unknown))]).await;
    says(
        the(&report, Status::Problem, "api_audience"),
        &[unknown, "ORDERS_API_AUDIENCE"],
    );
    are_problems(&report, &["api_audience"]);
}

#[tokio::test]
async fn an_error_page_is_about_the_api_if_the_same_login_without_it_goes_on() {
    let env = TestEnv::new().await;
    for status in [400, 404, 500] {
        env.provider.policy(|policy| {
            policy.authorization.rejects_unknown_audience = true;
            policy.authorization.unknown_audience_page = Some(status);
        });
        let unknown = "https://stock.example.com";
        let report = examined(&env, &[("AUTH0_AUDIENCE", Some(unknown))]).await;
        let audience = the(&report, Status::Problem, "audience");
        says(
            audience,
            &[
                unknown,
                &format!("status {status}"),
                "The same login without the API goes on",
            ],
        );
        assert!(!super::text(audience).contains("Most likely"));
        are_problems(&report, &["audience"]);
        // A control that failed is none.
        let expected = if status == 500 {
            Status::Skipped
        } else {
            Status::Ok
        };
        let report = examined(&env, &[]).await;
        of_both(&report, expected);
    }
}
