//! The keys that sign ID tokens.

use http::StatusCode;
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{assert_accepted, replace};
use crate::app::TestEnv;
use test_support::{Endpoint, Signer};

/// oidcc-client-test-kid-absent-single-jwks, -multiple-jwks, decoys of fapi2-…-happy-path.
#[tokio::test]
async fn the_matching_key_is_found_among_others() {
    let main = Signer::es256("first", 1);
    let without_kid = main.with_kid(None);
    let decoys = || {
        vec![
            json!({ "kty": "XYZ", "kid": "first" }),
            json!({ "kty": "EC", "crv": "secp256k1", "kid": "k1", "x": "AA", "y": "AA", "use": "sig" }),
            json!({ "kty": "EC", "crv": "P-256", "kid": "enc", "x": "AA", "y": "AA", "use": "enc" }),
            json!({ "kty": "OKP", "crv": "X448", "kid": "first", "x": "AA" }),
            json!("not even an object"),
            Signer::ed25519("first", 3).jwk(),
            Signer::es256("another", 4).jwk(),
        ]
    };
    for (case, signer, own) in [
        ("beside others of the same kid", main.clone(), main.jwk()),
        ("without alg", main.clone(), main.jwk_without(&["alg"])),
        ("without use", main.clone(), main.jwk_without(&["use"])),
        (
            "without kid in the set",
            main.clone(),
            main.jwk_without(&["kid"]),
        ),
        ("without kid in the token", without_kid.clone(), main.jwk()),
        (
            "without any kid",
            without_kid,
            main.jwk_without(&["kid", "alg", "use"]),
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider.sign_with(&signer);
        let mut published = decoys();
        published.push(own);
        env.provider.publish(published);
        assert_accepted(&env, case).await;
    }
}

/// The algorithms that real providers sign with.
#[tokio::test]
async fn id_tokens_of_every_common_algorithm_are_accepted() {
    for signer in [
        Signer::es256("k", 5),
        Signer::ed25519("k", 5),
        // oidcc-client-test-idtoken-sig-rs256
        Signer::rsa("k", Algorithm::RS256),
        Signer::rsa("k", Algorithm::RS512),
        Signer::rsa("k", Algorithm::PS256),
    ] {
        let env = TestEnv::new().await;
        env.provider.sign_with(&signer);
        assert_accepted(&env, &signer.header().to_string()).await;
    }
}

/// oidcc-client-test-signing-key-rotation-just-before-signing, -signing-key-rotation.
#[tokio::test]
async fn rotated_provider_keys_are_fetched_once() {
    let env = TestEnv::new().await;
    assert_accepted(&env, "with the first key").await;
    assert_eq!(env.provider.request_count(Endpoint::Keys), 1);

    env.clock.advance(11);
    env.provider.sign_with(&Signer::es256("second", 2));
    assert_accepted(&env, "with a new key").await;
    assert_eq!(env.provider.request_count(Endpoint::Keys), 2);
    assert_accepted(&env, "with the same key").await;
    assert_eq!(env.provider.request_count(Endpoint::Keys), 2);

    env.clock.advance(11);
    env.provider.sign_with(&Signer::es256("second", 3));
    assert_accepted(&env, "with a new key under the old id").await;
    assert_eq!(env.provider.request_count(Endpoint::Keys), 3);

    // Unknown key IDs do not cause unlimited requests for the keys.
    let forger = Signer::es256("forged", 7);
    replace(&env, move |_, claims| {
        forger.sign_with_header(&forger.header(), &claims)
    });
    for _ in 0..5 {
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Keys),
        3,
        "asked within ten seconds"
    );
}
