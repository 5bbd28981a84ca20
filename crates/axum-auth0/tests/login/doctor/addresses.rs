//! Providers with an internal address for the server and a public one for browsers.

use axum_auth0_doctor::Status;

use super::{assert_contains, assert_problems, examined, the};
use crate::{app::TestEnv, provider_settings::with_internal_address};

#[tokio::test]
async fn endpoints_for_browsers_only_are_skipped() {
    let env = with_internal_address(false).await;
    let internal = env.provider.url("/");
    let changes = [
        ("AUTH0_DOMAIN", Some("127.0.0.1:1")),
        ("AUTH0_PROVIDER_INTERNAL_URL", Some(internal.as_str())),
    ];
    let report = examined(&env, &changes).await;
    for id in ["provider", "keys", "clock", "client"] {
        the(&report, Status::Ok, id);
    }
    for id in ["callback", "login", "audience", "logout"] {
        assert_contains(
            the(&report, Status::Skipped, id),
            &["Could not be checked", "did not answer"],
        );
    }
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_with_its_internal_address_as_issuer_is_a_problem_for_its_administrator() {
    let env = TestEnv::new().await;
    let internal = env.provider.url("/");
    let changes = [
        ("AUTH0_DOMAIN", Some("127.0.0.1:1")),
        ("AUTH0_PROVIDER_INTERNAL_URL", Some(internal.as_str())),
    ];
    let report = examined(&env, &changes).await;
    let provider = the(&report, Status::Problem, "provider");
    assert_eq!(provider.code, Some("wrong_issuer"));
    assert_contains(
        provider,
        &[
            &internal,
            "AUTH0_PROVIDER_INTERNAL_URL",
            "Set its public name at the provider",
        ],
    );
}

/// Every login needs the token endpoint, so a failed connection is a problem and not skipped.
#[tokio::test]
async fn an_unreachable_token_endpoint_is_a_problem() {
    let env = TestEnv::new().await;
    env.provider
        .modify(test_support::Part::Metadata, |metadata| {
            metadata["token_endpoint"] = "http://127.0.0.1:1/oauth/token".into();
        });
    let report = examined(&env, &[]).await;
    let client = the(&report, Status::Problem, "client");
    assert_eq!(client.code, Some("token_endpoint_unreachable"));
    assert_contains(client, &["127.0.0.1:1", "AUTH0_PROVIDER_INTERNAL_URL"]);
    assert_problems(&report, &["client"]);
}
