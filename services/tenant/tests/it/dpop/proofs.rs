//! Proofs at the token endpoint and of a pushed request.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tenant::DpopProofs;

use super::{Key, claims, redeem, token_request};
use crate::test_env::{
    CALLBACK, CLIENT_ID, CLIENT_SECRET, JsonResponse, PRODUCTS, START_TIME, TestEnv, parameter,
};

#[tokio::test]
async fn tokens_are_bound_to_the_key_of_the_proof() {
    let env = TestEnv::start().await;
    let key = Key::new(1);
    let tokens = redeem(&env, &[("audience", PRODUCTS)], &[&key.proof(&env, "1")]).await;
    assert_eq!(tokens.text("token_type"), "DPoP");
    let (_, claims) = env.verify(tokens.text("access_token")).await;
    assert_eq!(claims["cnf"], json!({ "jkt": key.thumbprint() }));

    // The refresh token of a client that authenticates is not bound, so the next key may be another one, or none.
    let other = Key::new(2);
    let refresh_token = tokens.text("refresh_token").to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    let refreshed = token_request(&env, &form, &[&other.proof(&env, "2")]).await;
    let (_, claims) = env.verify(refreshed.text("access_token")).await;
    assert_eq!(claims["cnf"], json!({ "jkt": other.thumbprint() }));
    let refreshed = env.refresh(refreshed.text("refresh_token"), &[]).await;
    assert_eq!(refreshed.text("token_type"), "Bearer");
    let (_, claims) = env.verify(refreshed.text("access_token")).await;
    assert_eq!(claims.get("cnf"), None);
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("bound to the key"), "{html}");
}

#[tokio::test]
async fn a_proof_that_violates_a_rule_is_refused() {
    let env = TestEnv::start().await;
    let (key, other) = (Key::new(1), Key::new(2));
    let with = |name: &str, value: Value| {
        let mut claims = claims(&env, "1");
        claims[name] = value;
        key.sign(&key.header(), &claims)
    };
    let with_header = |name: &str, value: Value| {
        let mut header = key.header();
        header[name] = value;
        key.sign(&header, &claims(&env, "1"))
    };
    let mut private = serde_json::to_value(key.jwk()).unwrap();
    private["d"] = json!("AAAA");
    for (case, proof) in [
        ("not a JWT", "proof".to_owned()),
        ("htm", with("htm", json!("GET"))),
        ("htu", with("htu", json!(env.url("oauth/par")))),
        (
            "another host",
            with("htu", json!("https://example.com/oauth/token")),
        ),
        ("iat in the past", with("iat", json!(START_TIME - 61))),
        ("iat in the future", with("iat", json!(START_TIME + 6))),
        ("iat as text", with("iat", json!("now"))),
        ("no jti", with("jti", json!(""))),
        ("ath without a token", with("ath", json!("x"))),
        ("typ", with_header("typ", json!("JWT"))),
        ("alg", with_header("alg", json!("HS256"))),
        ("none", with_header("alg", json!("none"))),
        ("no key", with_header("jwk", Value::Null)),
        ("a private key", with_header("jwk", private)),
        ("another key", with_header("jwk", json!(other.jwk()))),
    ] {
        let response = redeem(&env, &[], &[&proof]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{case}");
        assert_eq!(response.text("error"), "invalid_dpop_proof", "{case}");
    }
    let proofs = [key.proof(&env, "2"), key.proof(&env, "3")];
    let two = redeem(&env, &[], &[&proofs[0], &proofs[1]]).await;
    assert_eq!(two.text("error"), "invalid_dpop_proof");
    // The query of htu is not compared.
    let with_query = with("htu", json!(env.url("oauth/token?x=1#y")));
    assert_eq!(
        redeem(&env, &[], &[&with_query]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_proof_is_used_once() {
    let env = TestEnv::start().await;
    let key = Key::new(1);
    let proof = key.proof(&env, "1");
    assert_eq!(redeem(&env, &[], &[&proof]).await.status, StatusCode::OK);
    let again = redeem(&env, &[], &[&proof]).await;
    again.is_error(400, "invalid_dpop_proof", "The proof was used before.");
    // Another key may use the same identifier.
    let other = Key::new(2).proof(&env, "1");
    assert_eq!(redeem(&env, &[], &[&other]).await.status, StatusCode::OK);
}

/// RFC 9449 §10.
#[tokio::test]
async fn a_code_with_dpop_jkt_needs_a_proof_of_this_key() {
    let env = TestEnv::start().await;
    let (key, other) = (Key::new(1), Key::new(2));
    let thumbprint = key.thumbprint();
    let bound = [("dpop_jkt", thumbprint.as_str())];
    let without = redeem(&env, &bound, &[]).await;
    assert_eq!(without.text("error"), "invalid_grant");
    let stolen = redeem(&env, &bound, &[&other.proof(&env, "1")]).await;
    assert_eq!(stolen.text("error"), "invalid_grant");
    let proven = redeem(&env, &bound, &[&key.proof(&env, "2")]).await;
    assert_eq!(proven.status, StatusCode::OK);
    let malformed = env.browser().authorize(&[("dpop_jkt", "short")]).await;
    let callback = crate::test_env::location(&malformed);
    assert_eq!(parameter(&callback, "error").unwrap(), "invalid_request");
}

/// RFC 9449 §8.
#[tokio::test]
async fn proofs_need_a_nonce_if_the_setting_says_so() {
    let env = TestEnv::with(|settings| settings.dpop = DpopProofs::WithNonce).await;
    let key = Key::new(1);
    let refused = redeem(&env, &[], &[&key.proof(&env, "1")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.text("error"), "use_dpop_nonce");
    let nonce = refused.headers["dpop-nonce"].to_str().unwrap();
    let with_nonce = |jti: &str, nonce: &str, iat: i64| {
        let mut claims = claims(&env, jti);
        claims["nonce"] = json!(nonce);
        claims["iat"] = json!(iat);
        key.sign(&key.header(), &claims)
    };
    let tokens = redeem(&env, &[], &[&with_nonce("2", nonce, START_TIME)]).await;
    assert_eq!(tokens.status, StatusCode::OK);
    assert!(tokens.headers.contains_key("dpop-nonce"));
    let invented = redeem(&env, &[], &[&with_nonce("3", "invented", START_TIME)]).await;
    assert_eq!(invented.text("error"), "use_dpop_nonce");
    env.clock.advance(180);
    let old = redeem(&env, &[], &[&with_nonce("4", nonce, START_TIME + 180)]).await;
    assert_eq!(old.text("error"), "use_dpop_nonce");
}

#[tokio::test]
async fn without_the_setting_proofs_are_ignored() {
    let env = TestEnv::with(|settings| settings.dpop = DpopProofs::Ignored).await;
    let key = Key::new(1);
    let thumbprint = key.thumbprint();
    let bound = [("dpop_jkt", thumbprint.as_str())];
    let tokens = redeem(&env, &bound, &[&key.proof(&env, "1")]).await;
    assert_eq!(tokens.text("token_type"), "Bearer");
    let document = env.get(".well-known/openid-configuration").await;
    let document: Value = document.json().await.unwrap();
    assert_eq!(document.get("dpop_signing_alg_values_supported"), None);
    let document = TestEnv::start()
        .await
        .get(".well-known/openid-configuration")
        .await;
    let document: Value = document.json().await.unwrap();
    assert_eq!(document["dpop_signing_alg_values_supported"][0], "ES256");
}

/// RFC 9449 §10.1.
#[tokio::test]
async fn a_proof_of_a_pushed_request_binds_the_code() {
    let env = TestEnv::start().await;
    let key = Key::new(1);
    let mut claims = claims(&env, "1");
    claims["htu"] = json!(env.url("oauth/par"));
    let proof = key.sign(&key.header(), &claims);
    let thumbprint = Key::new(2).thumbprint();
    let push = async |more: &[(&str, &str)]| {
        let challenge = crate::test_env::challenge();
        let mut form = vec![
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        form.extend(more);
        let request = env
            .request(Method::POST, "oauth/par")
            .form(&form)
            .header("dpop", &proof);
        JsonResponse::read(request.send().await.unwrap()).await
    };
    let other = push(&[("dpop_jkt", thumbprint.as_str())]).await;
    assert_eq!(other.text("error"), "invalid_request");
}
