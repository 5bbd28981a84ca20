//! Signed authorization requests (JAR, RFC 9101).

use axum_auth0::jwt::SigningKey;
use serde_json::json;
use test_support::{Endpoint, Part};

use crate::{
    app::{TestEnv, TestEnvBuilder},
    private_key_jwt::P256,
};

const SIGN: &str = "AUTH0_SIGNED_REQUEST_OBJECT";

async fn env(change: impl FnOnce(TestEnvBuilder) -> TestEnvBuilder) -> TestEnv {
    let builder = TestEnvBuilder::new()
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", P256);
    let env = change(builder).build().await;
    let jwk = SigningKey::from_pem(P256, None)
        .unwrap()
        .public_jwk()
        .into();
    env.provider.policy(|policy| policy.client_key = Some(jwk));
    env
}

fn names(location: &str) -> Vec<String> {
    let url = url::Url::parse(location).unwrap();
    url.query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect()
}

#[tokio::test]
async fn a_signed_login_has_its_parameters_in_the_request_object_alone() {
    let env = env(|site| site.set(SIGN, "true")).await;
    env.provider
        .policy(|policy| policy.requires_signed_requests = true);
    let mut browser = env.browser();
    let response = browser.get("/auth/login?max_age=60&login_hint=alice").await;
    assert_eq!(names(response.location()), ["client_id", "request"]);
    env.provider.authorize(response.location(), "alice");
    let request = &env.provider.requests(Endpoint::Authorize)[0];
    for name in [
        "state",
        "nonce",
        "code_challenge",
        "redirect_uri",
        "scope",
        "audience",
    ] {
        assert!(request.get(name).is_some(), "{name}");
    }
    assert_eq!(request.get("max_age"), Some("60"));
    assert_eq!(request.get("login_hint"), Some("alice"));
    env.browser().log_in(&env.provider, "alice").await;
}

#[tokio::test]
async fn requests_are_signed_if_the_provider_requires_it() {
    let env = env(|site| site).await;
    env.provider
        .policy(|policy| policy.requires_signed_requests = true);
    env.browser().log_in(&env.provider, "alice").await;
}

#[tokio::test]
async fn a_signed_request_can_be_pushed() {
    let env = env(|site| {
        site.set(SIGN, "true")
            .set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true")
    })
    .await;
    env.provider
        .policy(|policy| policy.requires_signed_requests = true);
    env.browser().log_in(&env.provider, "alice").await;
    let pushed = &env.provider.requests(Endpoint::PushedAuthorization)[0];
    assert!(pushed.get("request").is_some());
    for name in ["state", "redirect_uri", "scope"] {
        assert_eq!(pushed.get(name), None, "{name}");
    }
}

#[tokio::test]
async fn several_resources_are_a_list() {
    let env = env(|site| {
        site.set(SIGN, "true")
            .set("AUTH0_AUDIENCE_PARAMETER", "resource")
    })
    .await;
    env.provider
        .policy(|policy| policy.resource_indicators = true);
    env.browser().log_in(&env.provider, "alice").await;
    let request = &env.provider.requests(Endpoint::Authorize)[0];
    assert_eq!(request.all("resource").len(), 2);
}

/// An unsigned request would be refused after the redirect, or accepted by a provider that does not enforce its own metadata.
#[tokio::test]
async fn a_login_that_cannot_sign_fails_at_the_site() {
    let without_key = TestEnv::new().await;
    without_key
        .provider
        .policy(|policy| policy.requires_signed_requests = true);
    let other_algorithm = env(|site| site.set(SIGN, "true")).await;
    other_algorithm.provider.modify(Part::Metadata, |metadata| {
        metadata["request_object_signing_alg_values_supported"] = json!(["PS256", "none"]);
    });
    for (case, env) in [("no key", without_key), ("algorithm", other_algorithm)] {
        let mut browser = env.browser();
        let response = browser.get("/auth/login").await;
        env.assert_login_failed(&mut browser, &response, 500, case)
            .await;
        assert!(
            response
                .body
                .contains("requires what the provider does not offer"),
            "{}",
            response.body
        );
    }
}

#[tokio::test]
async fn the_setting_needs_a_private_key() {
    let env = TestEnv::new().await;
    let variables: axum_auth0::Variables = [
        ("APP_BASE_URL", "https://www.example.com"),
        ("AUTH0_DOMAIN", env.provider.issuer()),
        ("AUTH0_CLIENT_ID", "client"),
        ("AUTH0_CLIENT_SECRET", "4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c"),
        (
            "AUTH0_SECRET",
            "4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c",
        ),
        (SIGN, "true"),
    ]
    .into_iter()
    .collect();
    let error = axum_auth0::Config::from_variables(&variables, &[]).unwrap_err();
    let problems: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| &problem.variable)
        .collect();
    assert_eq!(problems, [SIGN]);
}
