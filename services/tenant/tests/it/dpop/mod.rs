//! `DPoP` (RFC 9449): bound access tokens, proofs and nonces.

mod bound_tokens;
mod proofs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, ThumbprintHash},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_env::{
    CALLBACK, CLIENT_ID, CLIENT_SECRET, JsonResponse, START_TIME, TestEnv, VERIFIER, parameter,
};

/// A key of the application.
struct Key(EncodingKey);

impl Key {
    /// Returns a P-256 key: the prefix of its DER (SEC 1), and this scalar.
    fn new(seed: u8) -> Self {
        let mut der = vec![
            0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27,
            0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
        ];
        der.extend([seed; 32]);
        Self(EncodingKey::from_ec_der(&der))
    }

    fn jwk(&self) -> Jwk {
        Jwk::from_encoding_key(&self.0, Algorithm::ES256).unwrap()
    }

    fn thumbprint(&self) -> String {
        self.jwk().thumbprint(ThumbprintHash::SHA256).unwrap()
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.0, Algorithm::ES256).unwrap();
        format!("{signed}.{signature}")
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    /// Returns a proof for the token endpoint.
    fn proof(&self, env: &TestEnv, jti: &str) -> String {
        self.sign(&self.header(), &claims(env, jti))
    }
}

/// Returns the claims of a proof for the token endpoint.
fn claims(env: &TestEnv, jti: &str) -> Value {
    json!({ "jti": jti, "htm": "POST", "htu": env.url("oauth/token"), "iat": START_TIME })
}

/// Sends a token request with these proofs.
async fn token_request(env: &TestEnv, form: &[(&str, &str)], proofs: &[&str]) -> JsonResponse {
    let mut form = form.to_vec();
    form.extend([("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]);
    let mut request = env.request(Method::POST, "oauth/token").form(&form);
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    JsonResponse::read(request.send().await.unwrap()).await
}

async fn redeem(env: &TestEnv, more: &[(&str, &str)], proofs: &[&str]) -> JsonResponse {
    let callback = env.browser().log_in("alice@example.com", more).await;
    let code = parameter(&callback, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    token_request(env, &form, proofs).await
}
