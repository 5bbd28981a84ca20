//! Requests with a bound token, and its introspection.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Key, redeem};
use crate::test_env::{JsonResponse, PRODUCTS, START_TIME, TestEnv};

/// RFC 9449 §7.1.
#[tokio::test]
async fn userinfo_needs_a_proof_of_a_bound_token() {
    let env = TestEnv::start().await;
    let (key, other) = (Key::new(1), Key::new(2));
    for (number, more) in [&[][..], &[("audience", PRODUCTS)]].into_iter().enumerate() {
        let tokens = redeem(&env, more, &[&key.proof(&env, &format!("t{number}"))]).await;
        let token = tokens.text("access_token");
        let ask = async |scheme: &str, key: &Key, jti: &str, ath: &str| {
            let claims = json!({
                "jti": jti, "htm": "GET", "htu": env.url("userinfo"), "iat": START_TIME,
                "ath": URL_SAFE_NO_PAD.encode(Sha256::digest(ath)),
            });
            let request = env
                .request(Method::GET, "userinfo")
                .header("authorization", format!("{scheme} {token}"))
                .header("dpop", key.sign(&key.header(), &claims));
            JsonResponse::read(request.send().await.unwrap())
                .await
                .status
        };
        let jti = |name: &str| format!("{name}{number}");
        assert_eq!(env.userinfo(token).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            ask("Bearer", &key, &jti("a"), token).await,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            ask("DPoP", &other, &jti("b"), token).await,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            ask("DPoP", &key, &jti("c"), "another").await,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(ask("DPoP", &key, &jti("d"), token).await, StatusCode::OK);
        assert_eq!(
            ask("DPoP", &key, &jti("d"), token).await,
            StatusCode::UNAUTHORIZED
        );
    }
}

/// RFC 9449 §6.2.
#[tokio::test]
async fn the_introspection_of_a_bound_token_names_the_key() {
    let env = TestEnv::with(|settings| settings.apis[0].opaque = true).await;
    let key = Key::new(1);
    let tokens = redeem(&env, &[("audience", PRODUCTS)], &[&key.proof(&env, "1")]).await;
    let token = tokens.text("access_token");
    let response = env
        .post_as_application("oauth/introspect", &[("token", token)])
        .await;
    assert_eq!(response.text("token_type"), "DPoP");
    assert_eq!(response.json["cnf"], json!({ "jkt": key.thumbprint() }));
    let bearer = env.tokens(&[("audience", PRODUCTS)]).await;
    let response = env
        .post_as_application(
            "oauth/introspect",
            &[("token", bearer.text("access_token"))],
        )
        .await;
    assert_eq!(response.json.get("cnf"), None);
}
