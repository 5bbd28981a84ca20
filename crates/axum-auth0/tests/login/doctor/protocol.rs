//! The checks of what the configuration requires of the provider's metadata.

use axum_auth0::jwt::SigningKey;
use axum_auth0_doctor::Status;
use serde_json::json;
use test_support::{Endpoint, Part, Reply};

use super::{assert_contains, assert_not_checked, assert_problems, examined, the};
use crate::{
    app::{TestEnv, TestEnvBuilder},
    fapi,
    private_key_jwt::P256,
};

const PUSH: (&str, Option<&str>) = ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", Some("true"));
const SIGN: (&str, Option<&str>) = ("AUTH0_SIGNED_REQUEST_OBJECT", Some("true"));
const DPOP: (&str, Option<&str>) = ("AUTH0_DPOP", Some("true"));

/// Returns a site with a private key that is registered at the provider.
async fn with_key() -> TestEnv {
    let env = TestEnvBuilder::new()
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", P256)
        .build()
        .await;
    let key = SigningKey::from_pem(P256, None).unwrap();
    let jwk = key.public_jwk().into();
    env.provider.policy(|policy| policy.client_key = Some(jwk));
    env
}

const OF_KEY: [(&str, Option<&str>); 2] = [
    ("AUTH0_CLIENT_SECRET", None),
    ("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", Some(P256)),
];

#[tokio::test]
async fn a_provider_that_requires_pushed_requests_gets_them_from_the_doctor() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.requires_pushed_requests = true);
    let report = examined(&env, &[]).await;
    assert_contains(
        the(&report, Status::Ok, "pushed_requests"),
        &["/oauth/par", "as the provider requires it"],
    );
    // The provider of the test fails on a request that was not pushed.
    for id in ["callback", "login"] {
        the(&report, Status::Ok, id);
    }
    assert_problems(&report, &[]);
    assert!(env.provider.request_count(Endpoint::PushedAuthorization) > 0);
}

#[tokio::test]
async fn pushed_requests_without_an_endpoint_are_a_problem_with_its_variable() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["pushed_authorization_request_endpoint"] = json!(null);
    });
    let report = examined(&env, &[PUSH]).await;
    let check = the(&report, Status::Problem, "pushed_requests");
    assert_eq!(check.code, Some("pushed_requests_not_supported"));
    assert_contains(
        check,
        &[
            "pushed_authorization_request_endpoint",
            "Allow Pushed Authorization Requests (PAR)",
            "AUTH0_PUSHED_AUTHORIZATION_REQUESTS=false",
        ],
    );
    assert_problems(&report, &["pushed_requests"]);
    assert_not_checked(&examined(&env, &[]).await, "pushed_requests");
}

#[tokio::test]
async fn a_refused_pushed_request_is_a_problem_of_the_login() {
    let env = TestEnv::new().await;
    for (code, description, ids) in [
        ("invalid_scope", "Not allowed.", &["login"][..]),
        (
            "invalid_request",
            "redirect_uri is not registered",
            &["callback"],
        ),
        ("invalid_client", "unknown client", &["login"]),
    ] {
        let error = json!({ "error": code, "error_description": description });
        env.provider
            .reply(Endpoint::PushedAuthorization, Reply::Json(400, error));
        let report = examined(&env, &[PUSH]).await;
        assert_problems(&report, ids);
        let words = ["refuses the pushed request with", code];
        if code == "invalid_request" {
            assert_contains(the(&report, Status::Problem, ids[0]), &words);
        }
    }
    env.provider
        .reply(Endpoint::PushedAuthorization, Reply::status(503));
    let report = examined(&env, &[PUSH]).await;
    assert_contains(
        the(&report, Status::Skipped, "login"),
        &["did not take the authorization request"],
    );
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn signed_requests_need_a_key_and_an_algorithm_of_the_provider() {
    let env = with_key().await;
    let changes = [&OF_KEY[..], &[SIGN]].concat();
    let supports = |algorithms: &'static [&'static str]| {
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["request_object_signing_alg_values_supported"] = json!(algorithms);
        });
    };
    supports(&["RS256", "ES256"]);
    let report = examined(&env, &changes).await;
    assert_contains(the(&report, Status::Ok, "signed_requests"), &["with ES256"]);
    the(&report, Status::Ok, "login");
    assert_problems(&report, &[]);

    supports(&["RS256"]);
    let report = examined(&env, &changes).await;
    let check = the(&report, Status::Problem, "signed_requests");
    assert_contains(
        check,
        &["has only RS256", "AUTH0_CLIENT_ASSERTION_SIGNING_ALG"],
    );
    assert_problems(&report, &["signed_requests"]);
    assert_not_checked(&examined(&env, &OF_KEY).await, "signed_requests");
}

#[tokio::test]
async fn a_provider_that_requires_signed_requests_of_a_site_without_a_key_is_a_problem() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["require_signed_request_object"] = json!(true);
    });
    let report = examined(&env, &[]).await;
    let check = the(&report, Status::Problem, "signed_requests");
    assert_contains(
        check,
        &[
            "require_signed_request_object",
            "Set AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
            "Require JWT-Secured Authorization Requests",
        ],
    );
    assert_problems(&report, &["signed_requests"]);
}

#[tokio::test]
async fn a_private_key_is_accepted_only_if_another_key_is_not() {
    let env = with_key().await;
    let report = examined(&env, &OF_KEY).await;
    assert_contains(the(&report, Status::Ok, "client"), &["and its private key"]);
    let other = SigningKey::generate_p256().unwrap().0.public_jwk();
    env.provider
        .policy(|policy| policy.client_key = Some(other.into()));
    let report = examined(&env, &OF_KEY).await;
    assert_contains(
        the(&report, Status::Problem, "client"),
        &[
            "Credentials > Private Key JWT",
            "AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
        ],
    );
    env.provider
        .policy(|policy| policy.checks_grant_before_client = true);
    let report = examined(&env, &OF_KEY).await;
    assert_contains(
        the(&report, Status::Skipped, "client"),
        &["same answer to a private key that is not registered"],
    );
}

#[tokio::test]
async fn proofs_of_dpop_need_es256_at_the_provider() {
    let env = TestEnv::new().await;
    for (algorithms, status) in [
        (json!(["ES256"]), Status::Ok),
        (json!(["RS256"]), Status::Problem),
        (json!(null), Status::Warning),
    ] {
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["dpop_signing_alg_values_supported"] = algorithms.clone();
        });
        the(&examined(&env, &[DPOP]).await, status, "dpop");
    }
    assert_not_checked(&examined(&env, &[]).await, "dpop");
}

#[tokio::test]
async fn every_missing_part_of_fapi_2_is_named() {
    let (env, _files) = fapi::site().await;
    let report =
        super::examine_within(&env, env.auth0.config(), std::time::Duration::from_secs(20)).await;
    the(&report, Status::Ok, "fapi2");
    the(&report, Status::Ok, "mtls");

    fapi::offer(&env, |metadata| {
        metadata["authorization_response_iss_parameter_supported"] = json!(false);
        metadata["tls_client_certificate_bound_access_tokens"] = json!(false);
    });
    let report =
        super::examine_within(&env, env.auth0.config(), std::time::Duration::from_secs(20)).await;
    let check = the(&report, Status::Problem, "fapi2");
    assert_eq!(check.code, Some("not_supported_by_provider"));
    assert_contains(
        check,
        &[
            "lacks 2 parts",
            "authorization_response_iss_parameter_supported",
            "tls_client_certificate_bound_access_tokens",
            "AUTH0_FAPI2=false",
        ],
    );
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_the_protocol_unchecked() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Discovery, Reply::status(503));
    let report = examined(&env, &[PUSH, DPOP]).await;
    for id in ["pushed_requests", "dpop"] {
        assert_contains(
            the(&report, Status::Skipped, id),
            &["the provider's metadata is unavailable"],
        );
    }
    assert_problems(&report, &["provider"]);
    assert_not_checked(&report, "signed_requests");
}
