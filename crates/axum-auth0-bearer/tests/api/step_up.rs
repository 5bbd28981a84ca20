//! Step-up challenges (RFC 9470).

use std::time::Duration;

use axum::response::IntoResponse as _;
use axum_auth0_bearer::{BearerErrorKind, ClaimNames, Requirement};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::NOW;

use crate::env::{API, TestEnv};

const FIVE_MINUTES: Duration = Duration::from_mins(5);

fn needs(acr_values: &[&str], max_age: Option<Duration>) -> BearerErrorKind {
    BearerErrorKind::InsufficientUserAuthentication {
        acr_values: acr_values.iter().map(|&value| value.to_owned()).collect(),
        max_age,
    }
}

/// Returns the error for a token with these claims; `None` if the requirement is satisfied.
async fn error(env: &TestEnv, claims: Value, requirement: &Requirement) -> Option<BearerErrorKind> {
    let checked = env.verified(claims).await.require(requirement);
    checked.err().map(|error| error.kind().clone())
}

#[tokio::test]
async fn a_login_is_recent_up_to_its_maximum_age_and_the_leeway() {
    let env = TestEnv::new().await;
    let recent = Requirement::recent_auth(FIVE_MINUTES);
    for seconds in [0, 300, 330, -30] {
        let claims = json!({ "auth_time": NOW - seconds });
        assert_eq!(error(&env, claims, &recent).await, None, "{seconds}");
    }
    for seconds in [331, 3_600, 315_360_000] {
        let claims = json!({ "auth_time": NOW - seconds });
        assert_eq!(
            error(&env, claims, &recent).await,
            Some(needs(&[], Some(FIVE_MINUTES))),
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_login_gets_older_while_its_token_is_used() {
    let env = TestEnv::new().await;
    let token = env.verified(json!({ "auth_time": NOW })).await;
    assert!(token.require_recent_auth(FIVE_MINUTES).is_ok());
    env.clock.advance(330);
    assert!(token.require_recent_auth(FIVE_MINUTES).is_ok());
    env.clock.advance(1);
    assert!(token.require_recent_auth(FIVE_MINUTES).is_err());
}

#[tokio::test]
async fn a_token_without_a_usable_auth_time_is_not_recent() {
    let env = TestEnv::new().await;
    let recent = Requirement::recent_auth(Duration::MAX);
    for auth_time in [
        json!(null),
        json!(""),
        json!(NOW.to_string()),
        json!([NOW]),
        json!({ "time": NOW }),
        json!(true),
        json!(1e308),
        // In the future, beyond the leeway.
        json!(NOW + 31),
        json!(i64::MAX),
    ] {
        assert_eq!(
            error(&env, json!({ "auth_time": auth_time }), &recent).await,
            Some(needs(&[], Some(Duration::MAX))),
            "{auth_time}"
        );
    }
}

#[tokio::test]
async fn one_of_the_accepted_context_classes_is_required() {
    let env = TestEnv::new().await;
    let strong = Requirement::acr(["urn:mfa", "phr"]);
    for acr in ["urn:mfa", "phr"] {
        assert_eq!(error(&env, json!({ "acr": acr }), &strong).await, None);
    }
    for acr in [
        json!(null),
        json!(""),
        json!("urn:password"),
        json!("URN:MFA"),
        json!("urn:mfa phr"),
        json!(["urn:mfa"]),
        json!(2),
    ] {
        assert_eq!(
            error(&env, json!({ "acr": acr }), &strong).await,
            Some(needs(&["urn:mfa", "phr"], None)),
            "{acr}"
        );
    }
    // A list without values accepts none.
    let none = Requirement::acr(Vec::<String>::new());
    assert!(
        error(&env, json!({ "acr": "urn:mfa" }), &none)
            .await
            .is_some()
    );
}

#[tokio::test]
async fn the_challenge_has_everything_that_the_login_must_satisfy() {
    let env = TestEnv::new().await;
    let both = Requirement::acr(["urn:mfa", "phr"]).and(Requirement::recent_auth(FIVE_MINUTES));
    // Only one of both is missing.
    let token = env.verified(json!({ "acr": "phr" })).await;
    let response = token.require(&both).unwrap_err().into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!(
        challenge,
        format!(
            "Bearer realm=\"{API}\", error=\"insufficient_user_authentication\", \
             error_description=\"this request needs a more recent or a stronger login of the user: \
             the claim auth_time is missing\", acr_values=\"urn:mfa phr\", max_age=\"300\""
        )
    );
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["error"], "insufficient_user_authentication");
}

#[tokio::test]
async fn several_requirements_are_as_strict_as_the_strictest() {
    let env = TestEnv::new().await;
    let minute = Duration::from_mins(1);
    let both = Requirement::recent_auth(FIVE_MINUTES).and(Requirement::recent_auth(minute));
    assert_eq!(
        error(&env, json!({}), &both).await,
        Some(needs(&[], Some(minute)))
    );
    let both = Requirement::acr(["a", "b"]).and(Requirement::acr(["b", "c"]));
    assert_eq!(error(&env, json!({ "acr": "b" }), &both).await, None);
    for acr in ["a", "c"] {
        assert_eq!(
            error(&env, json!({ "acr": acr }), &both).await,
            Some(needs(&["b"], None))
        );
    }
    let impossible = Requirement::acr(["a"]).and(Requirement::acr(["b"]));
    for acr in ["a", "b"] {
        assert_eq!(
            error(&env, json!({ "acr": acr }), &impossible).await,
            Some(needs(&[], None))
        );
    }
}

#[tokio::test]
async fn a_missing_scope_is_reported_before_a_login_that_would_not_help() {
    let env = TestEnv::new().await;
    let delete = Requirement::recent_auth(FIVE_MINUTES).and(Requirement::scope("delete:products"));
    assert_eq!(
        error(&env, json!({}), &delete).await,
        Some(BearerErrorKind::InsufficientScope(
            "delete:products".to_owned()
        ))
    );
}

#[tokio::test]
async fn a_provider_can_name_the_claims_differently() {
    let env = TestEnv::new().await;
    let names = ClaimNames::default()
        .auth_time("https://example.com/auth_time")
        .acr("/login/acr");
    let env = TestEnv {
        verifier: env.verifier.clone().claim_names(names),
        ..env
    };
    let both = Requirement::acr(["mfa"]).and(Requirement::recent_auth(FIVE_MINUTES));
    let claims = json!({ "https://example.com/auth_time": NOW, "login": { "acr": "mfa" } });
    assert_eq!(error(&env, claims, &both).await, None);
    let standard = json!({ "auth_time": NOW, "acr": "mfa" });
    assert!(error(&env, standard, &both).await.is_some());
    let token = env.verified(json!({ "login": { "acr": "mfa" } })).await;
    assert_eq!((token.acr(), token.auth_time()), (Some("mfa"), None));
}
