//! The exchange of a code: its bindings, client authentication, and the ID token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::test_env::{
    CALLBACK, CLIENT_ID, CLIENT_SECRET, JsonResponse, PRODUCTS, START_TIME, TestEnv, VERIFIER,
    parameter,
};

async fn log_in_for_code(env: &TestEnv, more: &[(&str, &str)]) -> String {
    let callback = env.browser().log_in("alice@example.com", more).await;
    parameter(&callback, "code").unwrap()
}

#[tokio::test]
async fn the_id_token_has_the_claims_of_its_scopes() {
    let env = TestEnv::start().await;
    let response = env.tokens(&[]).await;
    let (header, mut claims) = env.verify(response.text("id_token")).await;
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert!(claims.remove("sid").unwrap().is_string());
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": env.issuer, "sub": "auth0|alice", "aud": CLIENT_ID, "iat": START_TIME, "exp": START_TIME + 36_000,
            "nonce": "nonce-1", "name": "Alice Example", "nickname": "alice", "given_name": "Alice",
            "family_name": "Example", "updated_at": "2027-01-15T08:00:00.000Z",
            "email": "alice@example.com", "email_verified": true, "auth_time": START_TIME,
            "https://leptos-auth0.example/roles": ["manager"],
        })
    );
    assert_eq!(response.headers["cache-control"], "no-store");
    assert_eq!(response.json["token_type"], "Bearer");
    assert_eq!(response.json["expires_in"], 86_400);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let env = TestEnv::start().await;
    let response = env
        .tokens(&[("scope", "read:products"), ("audience", PRODUCTS)])
        .await;
    assert!(response.json.get("id_token").is_none());
    assert!(response.json.get("refresh_token").is_none());
    assert_eq!(
        env.verify(response.text("access_token")).await.1["aud"],
        PRODUCTS
    );
}

#[tokio::test]
async fn a_wrong_or_missing_verifier_is_rejected_and_invalidates_the_code() {
    let env = TestEnv::start().await;
    let wrong = "x".repeat(43);
    for more in [
        vec![("redirect_uri", CALLBACK), ("code_verifier", &*wrong)],
        vec![("redirect_uri", CALLBACK)],
    ] {
        let code = log_in_for_code(&env, &[]).await;
        let rejected = env.redeem_with(&code, &more).await;
        rejected.is_error(403, "invalid_grant", "Failed to verify code verifier");
        env.redeem(&code)
            .await
            .is_error(403, "invalid_grant", "Invalid authorization code");
    }
}

#[tokio::test]
async fn a_verifier_for_a_code_without_challenge_is_rejected() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(
        &env,
        &[("code_challenge", ""), ("code_challenge_method", "")],
    )
    .await;
    env.redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Failed to verify code verifier");
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    let more = [
        ("redirect_uri", "http://localhost:3000/other"),
        ("code_verifier", VERIFIER),
    ];
    let rejected = env.redeem_with(&code, &more).await;
    assert_eq!(
        (rejected.status, rejected.text("error")),
        (StatusCode::FORBIDDEN, "unauthorized_client")
    );
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    env.clock.advance(60);
    env.redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Invalid authorization code");
}

#[tokio::test]
async fn a_code_used_twice_revokes_its_tokens() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    let tokens = env.redeem(&code).await;
    assert_eq!(
        env.userinfo(tokens.text("access_token")).await.status,
        StatusCode::OK
    );
    env.redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Invalid authorization code");
    assert_eq!(
        env.userinfo(tokens.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
    env.refresh(tokens.text("refresh_token"), &[])
        .await
        .is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
}

#[tokio::test]
async fn a_code_redeemed_twenty_times_concurrently_yields_tokens_once() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    let mut attempts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        attempts.spawn(env.request(Method::POST, "oauth/token").form(&form).send());
    }
    let responses = attempts.join_all().await;
    let granted = responses
        .iter()
        .filter(|response| response.as_ref().unwrap().status() == StatusCode::OK)
        .count();
    assert_eq!(granted, 1);
}

#[tokio::test]
async fn a_code_of_another_application_is_rejected_and_remains_valid() {
    let env = TestEnv::with(|settings| {
        let mut other = settings.applications[0].clone();
        other.client_id = "other".to_owned();
        other.client_secret = "other-secret".into();
        settings.applications.push(other);
    })
    .await;
    let code = log_in_for_code(&env, &[]).await;
    let request = env.request(Method::POST, "oauth/token").form(&[
        ("grant_type", "authorization_code"),
        ("client_id", "other"),
        ("client_secret", "other-secret"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    JsonResponse::read(request.send().await.unwrap())
        .await
        .is_error(403, "invalid_grant", "Invalid authorization code");
    assert_eq!(env.redeem(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn basic_authentication_with_encoded_credentials_works() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    let encoded: String = url::form_urlencoded::byte_serialize(CLIENT_SECRET.as_bytes()).collect();
    let request = env
        .request(Method::POST, "oauth/token")
        .header(
            "authorization",
            format!(
                "Basic {}",
                STANDARD.encode(format!("{CLIENT_ID}:{encoded}"))
            ),
        )
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
    assert_eq!(
        JsonResponse::read(request.send().await.unwrap())
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_wrong_secret_is_unauthorized_and_the_code_remains_valid() {
    let env = TestEnv::start().await;
    let code = log_in_for_code(&env, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", CLIENT_ID),
    ];
    let request = env.request(Method::POST, "oauth/token").form(&form);
    JsonResponse::read(request.send().await.unwrap())
        .await
        .is_error(401, "access_denied", "Unauthorized");
    let request = env
        .request(Method::POST, "oauth/token")
        .basic_auth(CLIENT_ID, Some("wrong"))
        .form(&form);
    let rejected = JsonResponse::read(request.send().await.unwrap()).await;
    rejected.is_error(401, "access_denied", "Unauthorized");
    assert!(
        rejected.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic")
    );
    assert_eq!(env.redeem(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_grants_are_rejected() {
    let env = TestEnv::start().await;
    env.post_as_application("oauth/token", &[("grant_type", "password")])
        .await
        .is_error(
            403,
            "unsupported_grant_type",
            "Unsupported grant type: password",
        );
    let response = env.post_as_application("oauth/token", &[]).await;
    assert_eq!(
        (response.status, response.text("error")),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
}
