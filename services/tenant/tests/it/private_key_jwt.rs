//! Client authentication with a private key (`private_key_jwt`, RFC 7523).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use tenant::{PublicKey, Settings};

use crate::test_env::{
    CALLBACK, CLIENT_ID, CLIENT_SECRET, JsonResponse, START_TIME, TestEnv, VERIFIER, parameter,
};

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
