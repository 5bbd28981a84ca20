//! Encodings, ambiguous JSON, and size.

use axum_auth0_core::{
    jwt::{Algorithm, JwtParseError, MAX_TOKEN_BYTES},
    provider::VerifyError,
};
use serde_json::json;
use test_support::{FakeProvider, Signer};

use super::{claims, outcome, too_long};

#[tokio::test]
async fn other_spellings_of_a_good_token_are_refused() {
    let signer = Signer::es256("key", 1);
    let token = signer.sign(&claims());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for other in [
        format!("{token}="),
        format!("{token}=="),
        format!("{token}."),
        format!(".{token}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}.{signature}.x.y"),
        json!({"payload": payload, "protected": header, "signature": signature}).to_string(),
        token.replace('.', "%2e"),
    ] {
        assert!(
            outcome(&signer, &other).await.starts_with("Malformed"),
            "{other}"
        );
    }
}

#[tokio::test]
async fn a_payload_with_two_readings_is_refused_although_it_is_signed() {
    let signer = Signer::es256("key", 1);
    let header = signer.header().to_string();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for payload in [
        r#"{"sub":"auth0|alice","sub":"auth0|bob"}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        "[]",
        "\"text\"",
        "",
        "{}{}",
        &deep,
    ] {
        assert_eq!(
            outcome(&signer, &signer.sign_text(&header, payload)).await,
            "Malformed(Json)",
            "{payload:.40}"
        );
    }
    let twice = header.replacen('{', r#"{"alg":"none","#, 1);
    assert_eq!(
        outcome(&signer, &signer.sign_text(&twice, "{}")).await,
        "Malformed(Json)"
    );
}

#[tokio::test]
async fn size_is_checked_before_anything_else() {
    let signer = Signer::es256("key", 1);
    let fits = signer.sign(&json!({"padding": "x".repeat(MAX_TOKEN_BYTES / 2)}));
    assert_eq!(outcome(&signer, &fits).await, "accepted");
    let large = signer.sign(&json!({"padding": "x".repeat(MAX_TOKEN_BYTES)}));
    assert_eq!(outcome(&signer, &large).await, too_long(&large));
    let fake = FakeProvider::publishing(&[&signer]).await;
    let error = fake
        .client()
        .0
        .verify(&"a.".repeat(1_000_000), Algorithm::ALL)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        VerifyError::Malformed(JwtParseError::TooLong { bytes: 2_000_000 })
    ));
    assert_eq!(fake.request_count_at("/keys"), 0);
}
