//! Forged tokens: algorithm confusion, unsigned tokens, header injection, ambiguous JSON.

mod encodings;
mod keys;

use axum_auth0_core::jwt::Algorithm;
use serde_json::{Value, json};
use test_support::{FakeProvider, Signer};

fn claims() -> Value {
    json!({"sub": "auth0|alice"})
}

/// The outcome of a verification, in a word.
async fn outcome(signer: &Signer, token: &str) -> String {
    let fake = FakeProvider::publishing(&[signer]).await;
    let (provider, _) = fake.client();
    match provider.verify(token, Algorithm::ALL).await {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn too_long(token: &str) -> String {
    format!("Malformed(TooLong {{ bytes: {} }})", token.len())
}
