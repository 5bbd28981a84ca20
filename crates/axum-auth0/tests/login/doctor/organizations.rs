//! The check of `AUTH0_ORGANIZATION`. A response is evidence only if the response to an unknown organization differs.

use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, RecordedRequest, Reply};

use super::{assert_contains, assert_not_checked, assert_problems, examined, the};
use crate::app::TestEnv;

const ORGANIZATION: (&str, Option<&str>) = ("AUTH0_ORGANIZATION", Some("acme"));

/// Redirects as a provider with the organization `acme`.
fn with_acme(request: &RecordedRequest) -> Reply {
    let error = match request.get("organization") {
        None | Some("acme") => "error=login_required",
        Some(_) => "error=invalid_request&error_description=parameter+organization+is+invalid",
    };
    redirect(request, error)
}

/// Redirects as a provider that lets the application log in to no organization.
fn without_organizations(request: &RecordedRequest) -> Reply {
    let error = match request.get("organization") {
        None => "error=login_required",
        Some(_) => "error=unauthorized_client&error_description=client+is+not+configured",
    };
    redirect(request, error)
}

fn redirect(request: &RecordedRequest, query: &str) -> Reply {
    let callback = request.get("redirect_uri").unwrap();
    Reply::status(302).with_header("location", &format!("{callback}?{query}"))
}

#[tokio::test]
async fn a_known_organization_is_ok() {
    let env = TestEnv::new().await;
    env.provider
        .reply(Endpoint::Authorize, Reply::Computed(with_acme));
    let report = examined(&env, &[ORGANIZATION]).await;
    assert_contains(
        the(&report, Status::Ok, "organization"),
        &["knows the organization acme"],
    );
    the(&report, Status::Ok, "login");
    assert_problems(&report, &[]);
    assert_not_checked(&examined(&env, &[]).await, "organization");
}

#[tokio::test]
async fn a_refused_organization_is_the_only_problem() {
    let env = TestEnv::new().await;
    for (reply, organization) in [
        (with_acme as fn(&RecordedRequest) -> Reply, "globex"),
        (without_organizations, "acme"),
    ] {
        env.provider
            .reply(Endpoint::Authorize, Reply::Computed(reply));
        let report = examined(&env, &[("AUTH0_ORGANIZATION", Some(organization))]).await;
        let check = the(&report, Status::Problem, "organization");
        assert_eq!(check.code, Some("organization_refused"));
        assert_contains(
            check,
            &[
                organization,
                "without the organization goes on",
                "Login Experience > Business Users",
                "Allow Organization Names in Authentication API",
            ],
        );
        assert_problems(&report, &["organization"]);
    }
}

#[tokio::test]
async fn a_provider_that_ignores_the_organization_proves_nothing() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[ORGANIZATION]).await;
    assert_contains(
        the(&report, Status::Skipped, "organization"),
        &["one that does not exist just as well"],
    );
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn what_is_no_organization_is_recognised_by_its_form() {
    let env = TestEnv::new().await;
    let report = examined(&env, &[("AUTH0_ORGANIZATION", Some("Acme,Inc"))]).await;
    let check = the(&report, Status::Problem, "organization");
    assert_eq!(check.code, Some("organization_form"));
    assert_contains(check, &["`Acme,Inc`", "not the Display Name"]);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_the_organization_unchecked() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Authorize, Reply::status(503));
    let report = examined(&env, &[ORGANIZATION]).await;
    assert_contains(
        the(&report, Status::Skipped, "organization"),
        &["status 503"],
    );
    env.provider.reply(
        Endpoint::Discovery,
        Reply::Json(503, json!({ "error": "unavailable" })),
    );
    let report = examined(&env, &[ORGANIZATION]).await;
    assert_contains(
        the(&report, Status::Skipped, "organization"),
        &["metadata is unavailable"],
    );
}
