//! Signed authorization requests (JAR, RFC 9101).

use jsonwebtoken::{Algorithm, Header};
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    private_key_jwt::{ED25519_PUBLIC, P256_PUBLIC, claims, p256, register, sign},
    test_env::{
        CALLBACK, CLIENT_ID, PRODUCTS, START_TIME, TestEnv, challenge, location, login_id_of,
        parameter,
    },
};

fn header() -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("oauth-authz-req+jwt".to_owned());
    header
}

/// The claims of a valid request object.
fn request(env: &TestEnv) -> Map<String, Value> {
    let mut claims = claims(env, "1");
    claims.remove("sub");
    let parameters = json!({
        "client_id": CLIENT_ID, "response_type": "code", "redirect_uri": CALLBACK, "state": "signed-state",
        "scope": "openid read:products", "audience": PRODUCTS, "max_age": 600,
        "code_challenge": challenge(), "code_challenge_method": "S256",
    });
    claims.extend(parameters.as_object().unwrap().clone());
    claims
}

async fn start() -> TestEnv {
    TestEnv::with(|settings| {
        register(settings, P256_PUBLIC);
        settings.applications[0].require_signed_requests = true;
    })
    .await
}

fn path(request: &str, more: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", CLIENT_ID), ("request", request)])
        .extend_pairs(more)
        .finish();
    format!("authorize?{query}")
}

#[tokio::test]
async fn the_parameters_are_those_of_the_request_object_alone() {
    let env = start().await;
    let jwt = sign(&header(), &request(&env), &p256());
    let mut browser = env.browser();
    let evil = [
        ("state", "evil"),
        ("redirect_uri", "http://evil.example/"),
        ("prompt", "none"),
    ];
    let login_id = login_id_of(&browser.get(&path(&jwt, &evil)).await);
    let form = [
        ("state", login_id.as_str()),
        ("username", "alice@example.com"),
        ("password", "local-only"),
    ];
    let callback = location(&browser.post("u/login", &form).await);
    assert!(callback.as_str().starts_with(CALLBACK), "{callback}");
    assert_eq!(
        parameter(&callback, "state").as_deref(),
        Some("signed-state")
    );
}

#[tokio::test]
async fn an_unsigned_request_is_refused_if_signatures_are_required() {
    let env = start().await;
    let callback = location(&env.browser().authorize(&[]).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn wrong_request_objects_are_refused_without_a_redirect() {
    let env = start().await;
    let valid = request(&env);
    let mut cases = Vec::new();
    for (name, value) in [
        ("iss", json!("another-client")),
        ("aud", json!("https://another.example/")),
        ("aud", Value::Null),
        ("exp", json!(START_TIME - 60)),
        ("exp", Value::Null),
        ("nbf", json!(START_TIME + 61)),
        ("client_id", json!("another-client")),
        ("client_id", Value::Null),
        ("request", json!("a.b.c")),
        ("request_uri", json!("urn:a")),
    ] {
        let mut claims = valid.clone();
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.to_owned(), value);
        }
        cases.push((name, sign(&header(), &claims, &p256())));
    }
    cases.push(("typ", sign(&Header::new(Algorithm::ES256), &valid, &p256())));
    cases.push(("not a JWT", "a.b.c".to_owned()));
    let mut signed = sign(&header(), &valid, &p256());
    signed.truncate(signed.len() - 43);
    cases.push(("signature", signed));
    for (case, jwt) in cases {
        let response = env.get(&path(&jwt, &[])).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{case}");
        let page = response.text().await.unwrap();
        assert!(
            page.contains("The request object was refused"),
            "{case}: {page}"
        );
    }
}

#[tokio::test]
async fn a_request_object_needs_a_registered_key() {
    for public in [None, Some(ED25519_PUBLIC)] {
        let env = TestEnv::with(|settings| {
            if let Some(public) = public {
                register(settings, public);
            }
        })
        .await;
        let jwt = sign(&header(), &request(&env), &p256());
        let response = env.get(&path(&jwt, &[])).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
}
