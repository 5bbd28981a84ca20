//! Which assertions are accepted.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{ASSERTION_TYPE, P256_PUBLIC, claims, ed25519, p256, post, push, sign, start, valid};
use crate::test_env::{CALLBACK, CLIENT_ID, START_TIME};

#[tokio::test]
async fn the_client_id_may_be_in_the_assertion_alone() {
    let env = start().await;
    let form = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &valid(&env, "1")),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
    ];
    assert_eq!(
        post(&env, "oauth/par", &form).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn an_assertion_is_accepted_once() {
    let env = start().await;
    let assertion = valid(&env, "1");
    assert_eq!(push(&env, &assertion).await.status, StatusCode::CREATED);
    push(&env, &assertion).await.is_error(
        401,
        "invalid_client",
        "The client assertion was refused: it was used before.",
    );
    // Another assertion with the same identifier is a replay as well.
    env.clock.advance(1);
    assert_eq!(
        push(&env, &valid(&env, "1")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        push(&env, &valid(&env, "2")).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn wrong_claims_are_refused() {
    let env = start().await;
    for (name, value) in [
        ("iss", json!("another-client")),
        ("iss", Value::Null),
        ("sub", json!("another-client")),
        ("sub", Value::Null),
        ("aud", json!(env.url("oauth/token"))),
        ("aud", json!([env.issuer, "https://another.example/"])),
        ("aud", Value::Null),
        ("jti", json!("")),
        ("jti", Value::Null),
        ("jti", json!("x".repeat(256))),
        ("exp", json!(START_TIME - 60)),
        ("exp", json!(START_TIME + 361)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("iat", json!(START_TIME + 61)),
        ("nbf", json!(START_TIME + 61)),
        ("nbf", json!("now")),
    ] {
        let mut claims = claims(&env, "1");
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.to_owned(), value.clone());
        }
        let assertion = sign(&Header::new(Algorithm::ES256), &claims, &p256());
        let response = push(&env, &assertion).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{name}: {value}");
        assert_eq!(response.text("error"), "invalid_client", "{name}: {value}");
    }
    assert_eq!(
        push(&env, &valid(&env, "1")).await.status,
        StatusCode::CREATED,
        "none was recorded"
    );
}

#[tokio::test]
async fn signatures_of_other_keys_and_algorithms_are_refused() {
    let env = start().await;
    let es256 = Header::new(Algorithm::ES256);
    let other_kid = Header {
        kid: Some("unknown".to_owned()),
        ..es256.clone()
    };
    let claims = claims(&env, "1");
    let secret = EncodingKey::from_secret(P256_PUBLIC.as_bytes()).unwrap();
    let valid = valid(&env, "1");
    let (message, signature) = valid.rsplit_once('.').unwrap();
    let none = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        message.split_once('.').unwrap().1
    );
    for (case, assertion) in [
        (
            "another key",
            sign(&Header::new(Algorithm::EdDSA), &claims, &ed25519()),
        ),
        ("another key ID", sign(&other_kid, &claims, &p256())),
        (
            "the public key as a secret",
            sign(&Header::new(Algorithm::HS256), &claims, &secret),
        ),
        ("alg none", none),
        ("no signature", format!("{message}.")),
        (
            "half a signature",
            format!("{message}.{}", &signature[..43]),
        ),
        ("not a JWT", "assertion".to_owned()),
    ] {
        let response = push(&env, &assertion).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{case}");
        assert_eq!(response.text("error"), "invalid_client", "{case}");
    }
}

#[tokio::test]
async fn the_assertion_type_must_be_that_of_rfc_7523() {
    let env = start().await;
    for kind in [
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "",
    ] {
        let form = [
            ("client_id", CLIENT_ID),
            ("client_assertion_type", kind),
            ("client_assertion", &valid(&env, "1")),
        ];
        let response = post(&env, "oauth/par", &form).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{kind}");
    }
}
