//! Which applications authenticate with an assertion.

use jsonwebtoken::{Algorithm, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::PublicKey;

use super::{
    ED25519_PUBLIC, P256_PUBLIC, claims, ed25519, post_signed, push, register, sign, start, valid,
};
use crate::test_env::{CALLBACK, CLIENT_SECRET, TestEnv, VERIFIER, parameter};

#[tokio::test]
async fn code_exchange_refresh_and_revocation_accept_an_assertion() {
    let env = start().await;
    let mut browser = env.browser();
    let callback = browser
        .log_in("alice@example.com", &[("scope", "openid offline_access")])
        .await;
    let code = parameter(&callback, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = post_signed(&env, "oauth/token", &valid(&env, "1"), &form).await;
    assert_eq!(tokens.status, StatusCode::OK, "{:?}", tokens.json);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.text("refresh_token")),
    ];
    let tokens = post_signed(&env, "oauth/token", &valid(&env, "2"), &form).await;
    assert_eq!(tokens.status, StatusCode::OK, "{:?}", tokens.json);
    let form = [("token", tokens.text("refresh_token"))];
    let revoked = post_signed(&env, "oauth/revoke", &valid(&env, "3"), &form).await;
    assert_eq!(revoked.status, StatusCode::OK);
}

#[tokio::test]
async fn an_application_with_a_key_cannot_use_its_secret() {
    let env = start().await;
    let form = [("response_type", "code"), ("redirect_uri", CALLBACK)];
    env.post_as_application("oauth/par", &form).await.is_error(
        401,
        "invalid_client",
        "The application has a public key, so it must authenticate with private_key_jwt.",
    );
    let form = [("client_secret", CLIENT_SECRET)];
    let both = post_signed(&env, "oauth/par", &valid(&env, "1"), &form).await;
    assert_eq!(
        (both.status, both.text("error")),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
}

#[tokio::test]
async fn an_application_without_a_key_cannot_use_an_assertion() {
    let env = TestEnv::start().await;
    push(&env, &valid(&env, "1")).await.is_error(
        401,
        "invalid_client",
        "The client assertion was refused: the application has no public key at this tenant.",
    );
}

/// To rotate a key, an application registers the new one beside the old one.
#[tokio::test]
async fn an_application_can_have_two_keys_during_a_rotation() {
    let env = TestEnv::with(|settings| {
        register(settings, P256_PUBLIC);
        let new = PublicKey::parse(ED25519_PUBLIC).unwrap();
        settings.applications[0].public_keys.extend(new);
    })
    .await;
    assert_eq!(
        push(&env, &valid(&env, "1")).await.status,
        StatusCode::CREATED
    );
    let new = sign(
        &Header::new(Algorithm::EdDSA),
        &claims(&env, "2"),
        &ed25519(),
    );
    assert_eq!(push(&env, &new).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn discovery_and_dashboard_name_the_method_and_the_key() {
    let env = start().await;
    let document: Value = env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    let lists =
        |name: &str, value: &str| document[name].as_array().unwrap().contains(&json!(value));
    assert!(lists(
        "token_endpoint_auth_methods_supported",
        "private_key_jwt"
    ));
    assert!(lists(
        "token_endpoint_auth_signing_alg_values_supported",
        "ES256"
    ));
    let dashboard = env.get("").await.text().await.unwrap();
    let kid = PublicKey::parse(P256_PUBLIC).unwrap()[0].kid().to_owned();
    let shown = format!("<code>private_key_jwt</code> with the key <code>{kid}</code> (ES256)");
    assert!(dashboard.contains(&shown), "{dashboard}");
}
