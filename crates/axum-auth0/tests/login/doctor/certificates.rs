//! The checks of the client certificate: its dates, and the TLS handshake with the provider.

use std::time::Duration;

use axum_auth0::clock::MockClock;
use axum_auth0_doctor::{Dependencies, Report, Status, examine};
use serde_json::json;
use test_support::{Authority, Endpoint, Part, Reply};

use super::{assert_contains, assert_not_checked, examine_within, examined, the};
use crate::{app::TestEnv, mtls::registered};

/// The certificates of the tests are valid from 1975 to this second of the year 4096.
const END: i64 = 67_090_118_400;

const DAY: i64 = 24 * 60 * 60;

async fn report(env: &TestEnv) -> Report {
    examine_within(env, env.auth0.config(), Duration::from_secs(20)).await
}

async fn report_at(env: &TestEnv, now: i64) -> Report {
    let dependencies = Dependencies {
        clock: MockClock::at(now),
        ..Dependencies::default()
    };
    examine(env.auth0.config(), &dependencies, Duration::from_secs(20)).await
}

#[tokio::test]
async fn a_certificate_that_the_provider_takes_is_ok() {
    let (env, _files, _) = registered(|site| site).await;
    let report = report(&env).await;
    assert_contains(
        the(&report, Status::Ok, "client_certificate"),
        &["valid until", "4096"],
    );
    assert_contains(
        the(&report, Status::Ok, "mtls"),
        &["takes the client certificate", "/oauth/token"],
    );
    assert_contains(the(&report, Status::Ok, "client"), &["and its certificate"]);
    assert_not_checked(&report, "certificate_bound_tokens");
    let env = TestEnv::new().await;
    let report = examined(&env, &[]).await;
    for id in ["client_certificate", "mtls"] {
        assert_not_checked(&report, id);
    }
}

#[tokio::test]
async fn a_certificate_outside_of_its_dates_is_a_problem_and_one_near_the_end_a_warning() {
    let (env, _files, _) = registered(|site| site).await;
    for (now, status, code) in [
        (0, Status::Problem, "certificate_not_yet_valid"),
        (END, Status::Problem, "certificate_expired"),
        (END - 3 * DAY, Status::Warning, "certificate_expires_soon"),
    ] {
        let report = report_at(&env, now).await;
        let check = the(&report, status, "client_certificate");
        assert_eq!(check.code, Some(code), "{check:?}");
        assert_contains(check, &["AUTH0_MTLS_CERTIFICATE_FILE"]);
    }
    let report = report_at(&env, END - 3 * DAY).await;
    let check = the(&report, Status::Warning, "client_certificate");
    assert_contains(check, &["expires in 3 days", "A restart is not needed"]);
    the(
        &report_at(&env, END - 15 * DAY).await,
        Status::Ok,
        "client_certificate",
    );
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_the_provider_does_not_know_fails_the_handshake() {
    let (env, files, _) = registered(|site| site).await;
    files.write(&Authority::default().client("client"));
    let report = examined(
        &env,
        &[
            ("AUTH0_CLIENT_SECRET", None),
            ("AUTH0_MTLS", Some("true")),
            (
                "AUTH0_MTLS_CERTIFICATE_FILE",
                Some(&files.path("client.crt")),
            ),
            ("AUTH0_MTLS_KEY_FILE", Some(&files.path("client.key"))),
            ("AUTH0_MTLS_CA_FILE", Some(&files.path("ca.crt"))),
        ],
    )
    .await;
    let check = the(&report, Status::Problem, "mtls");
    assert_eq!(check.code, Some("mtls_handshake"));
    assert_contains(check, &["trust that authority", "AUTH0_MTLS_CA_FILE"]);
}

#[tokio::test]
async fn a_certificate_of_another_application_is_a_problem_of_the_client() {
    let (env, files, _) = registered(|site| site).await;
    let other = files.authority.client("client").thumbprint();
    env.provider
        .policy(|policy| policy.client_certificate = Some(other));
    let report = report(&env).await;
    the(&report, Status::Ok, "mtls");
    assert_contains(
        the(&report, Status::Problem, "client"),
        &["Credentials > mTLS", "AUTH0_MTLS_CERTIFICATE_FILE"],
    );
}

#[tokio::test]
async fn a_provider_without_client_certificates_is_a_problem_with_the_switch() {
    let (env, _files, _) = registered(|site| site).await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["mtls_endpoint_aliases"] = json!(null);
    });
    let report = report(&env).await;
    let check = the(&report, Status::Problem, "mtls");
    assert_eq!(check.code, Some("mtls_not_supported"));
    assert_contains(
        check,
        &[
            "mtls_endpoint_aliases",
            "Allow mTLS endpoint aliases",
            "AUTH0_MTLS=false",
        ],
    );
}

#[tokio::test]
async fn tokens_that_the_provider_does_not_announce_to_bind_are_a_warning() {
    let (env, _files, _) =
        registered(|site| site.set("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true")).await;
    for (announced, status) in [(true, Status::Ok), (false, Status::Warning)] {
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["tls_client_certificate_bound_access_tokens"] = json!(announced);
        });
        the(&report(&env).await, status, "certificate_bound_tokens");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_the_handshake_unchecked() {
    let (env, _files, _) = registered(|site| site).await;
    env.provider.reply(Endpoint::Discovery, Reply::status(503));
    let report = report(&env).await;
    the(&report, Status::Ok, "client_certificate");
    assert_contains(
        the(&report, Status::Skipped, "mtls"),
        &["metadata is unavailable"],
    );
}
