//! A provider that this server reaches at another address than browsers do.

use axum_auth0_doctor::Status;

use super::{are_problems, examined, says, the};
use crate::{app::TestEnv, provider_settings::with_internal_address};

#[tokio::test]
async fn what_only_browsers_reach_could_not_be_checked() {
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
        says(
            the(&report, Status::Skipped, id),
            &["Could not be checked", "did not answer"],
        );
    }
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_that_does_not_know_its_public_name_is_told_to_the_administrator() {
    let env = TestEnv::new().await;
    let internal = env.provider.url("/");
    let changes = [
        ("AUTH0_DOMAIN", Some("127.0.0.1:1")),
        ("AUTH0_PROVIDER_INTERNAL_URL", Some(internal.as_str())),
    ];
    let report = examined(&env, &changes).await;
    let provider = the(&report, Status::Problem, "provider");
    assert_eq!(provider.code, Some("wrong_issuer"));
    says(
        provider,
        &[
            &internal,
            "AUTH0_PROVIDER_INTERNAL_URL",
            "Set its public name at the provider",
        ],
    );
}

/// The token endpoint is what every login needs; that it is out of reach is an observation.
#[tokio::test]
async fn a_token_endpoint_that_cannot_be_connected_to_is_a_problem() {
    let env = TestEnv::new().await;
    env.provider
        .modify(test_support::Part::Metadata, |metadata| {
            metadata["token_endpoint"] = "http://127.0.0.1:1/oauth/token".into();
        });
    let report = examined(&env, &[]).await;
    let client = the(&report, Status::Problem, "client");
    assert_eq!(client.code, Some("token_endpoint_unreachable"));
    says(client, &["127.0.0.1:1", "AUTH0_PROVIDER_INTERNAL_URL"]);
    are_problems(&report, &["client"]);
}
