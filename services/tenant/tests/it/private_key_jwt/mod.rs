//! Client authentication with a private key (`private_key_jwt`, RFC 7523).

mod applications;
mod assertions;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use tenant::{PublicKey, Settings};

use crate::test_env::{CALLBACK, CLIENT_ID, JsonResponse, START_TIME, TestEnv};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A P-256 key in PKCS #8.
const P256: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4e/64Yvi4Sa1jorK6rmC3QZc7rq8LEZLeTQYyYEKTVqhRANCAASF1He7LXZSHMCHLBdZXTkS6tEH7D+BxA6b9/SBHsoWN5f6XdVyziozahOAVzTfNOAYCD9Xt2Sg/QL2dtgTThDv";
pub(crate) const P256_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhdR3uy12UhzAhywXWV05EurRB+w/
gcQOm/f0gR7KFjeX+l3Vcs4qM2oTgFc03zTgGAg/V7dkoP0C9nbYE04Q7w==
-----END PUBLIC KEY-----";

/// An Ed25519 key in PKCS #8.
const ED25519: &str = "MC4CAQAwBQYDK2VwBCIEIN9P/wh3TDc3NOs6liOQJQKNK9XbjCo/66yumB4m4/v4";
pub(crate) const ED25519_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAolu0ZTNX4VnBhQI1tPiTdLDeLsK407Nsb2GXYTj2XWA=
-----END PUBLIC KEY-----";

pub(crate) fn p256() -> EncodingKey {
    EncodingKey::from_ec_der(&STANDARD.decode(P256).unwrap())
}

fn ed25519() -> EncodingKey {
    EncodingKey::from_ed_der(&STANDARD.decode(ED25519).unwrap())
}

pub(crate) fn register(settings: &mut Settings, pem: &str) {
    settings.applications[0].public_keys = PublicKey::parse(pem).unwrap();
}

async fn start() -> TestEnv {
    TestEnv::with(|settings| register(settings, P256_PUBLIC)).await
}

/// The claims of a valid assertion.
pub(crate) fn claims(env: &TestEnv, id: &str) -> Map<String, Value> {
    let claims = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": env.issuer, "jti": id,
        "iat": START_TIME, "exp": START_TIME + 60,
    });
    claims.as_object().unwrap().clone()
}

pub(crate) fn sign(header: &Header, claims: &Map<String, Value>, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).unwrap()
}

fn valid(env: &TestEnv, id: &str) -> String {
    sign(&Header::new(Algorithm::ES256), &claims(env, id), &p256())
}

async fn post(env: &TestEnv, path: &str, form: &[(&str, &str)]) -> JsonResponse {
    let request = env.request(reqwest::Method::POST, path).form(form);
    JsonResponse::read(request.send().await.unwrap()).await
}

async fn post_signed(
    env: &TestEnv,
    path: &str,
    assertion: &str,
    more: &[(&str, &str)],
) -> JsonResponse {
    let mut form = vec![
        ("client_id", CLIENT_ID),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ];
    form.extend(more);
    post(env, path, &form).await
}

/// Pushes an authorization request, which needs no login.
async fn push(env: &TestEnv, assertion: &str) -> JsonResponse {
    let more = [("response_type", "code"), ("redirect_uri", CALLBACK)];
    post_signed(env, "oauth/par", assertion, &more).await
}
