//! Signatures and algorithms of the ID token.

use jsonwebtoken::Algorithm;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::json;

use super::{assert_rejected, replace};
use crate::app::TestEnv;
use test_support::{CLIENT_SECRET, Signer, signer, signer::encode};

/// oidcc-client-test-invalid-sig-es256, and signatures with other keys.
#[tokio::test]
async fn wrong_signatures_are_rejected() {
    let env = TestEnv::new().await;
    let signer = env.provider.signer();
    let ours = signer.clone();
    replace(&env, move |header, claims| {
        let token = ours.sign_with_header(&header, &claims);
        let (front, signature) = token.rsplit_once('.').unwrap();
        let bytes = base64_bytes(signature)
            .iter()
            .map(|byte| byte ^ 0x5a)
            .collect::<Vec<_>>();
        format!("{front}.{}", encode(bytes))
    });
    assert_rejected(&env, "every byte of the signature changed").await;

    let ours = signer.clone();
    replace(&env, move |header, mut claims| {
        let token = ours.sign_with_header(&header, &claims);
        claims["sub"] = json!("auth0|mallory");
        let signature = token.rsplit_once('.').unwrap().1;
        format!(
            "{}.{}.{signature}",
            encode(header.to_string()),
            encode(claims.to_string())
        )
    });
    assert_rejected(&env, "claims changed after signing").await;

    for (case, other) in [
        ("another key, the same kid", Signer::es256("first", 9)),
        ("another key, an unknown kid", Signer::es256("unknown", 9)),
        (
            "another kind of key, the same kid",
            Signer::ed25519("first", 9),
        ),
    ] {
        replace(&env, move |_, claims| {
            other.sign_with_header(&other.header(), &claims)
        });
        assert_rejected(&env, case).await;
    }
    replace(&env, |header, claims| {
        format!(
            "{}.{}.",
            encode(header.to_string()),
            encode(claims.to_string())
        )
    });
    assert_rejected(&env, "an empty signature").await;
    replace(&env, |header, claims| {
        format!(
            "{}.{}.{}",
            encode(header.to_string()),
            encode(claims.to_string()),
            encode([0; 64])
        )
    });
    assert_rejected(&env, "a signature of zeros").await;
}

fn base64_bytes(text: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// oidcc-client-test-invalid-sig-rs256.
#[tokio::test]
async fn a_wrong_rsa_signature_is_rejected() {
    let env = TestEnv::new().await;
    let rsa = Signer::rsa("rsa", Algorithm::RS256);
    env.provider.sign_with(&rsa);
    replace(&env, |header, claims| {
        format!(
            "{}.{}.{}",
            encode(header.to_string()),
            encode(claims.to_string()),
            encode([0x5a; 256])
        )
    });
    assert_rejected(&env, "RS256").await;
    // fapi2-…-invalid-alternate-alg: the key has an `alg`.
    let other = Signer::rsa("rsa", Algorithm::PS256);
    replace(&env, move |_, claims| {
        other.sign_with_header(&other.header(), &claims)
    });
    assert_rejected(&env, "PS256 with a key for RS256").await;
}

/// oidcc-client-test-idtoken-sig-none, fapi2-…-invalid-null-alg: every spelling.
#[tokio::test]
async fn unsigned_tokens_are_rejected_in_every_spelling() {
    let env = TestEnv::new().await;
    for bits in 0..16_u8 {
        let spelled: String = "none"
            .chars()
            .enumerate()
            .map(|(at, c)| {
                if bits >> at & 1 == 1 {
                    c.to_ascii_uppercase()
                } else {
                    c
                }
            })
            .collect();
        for (kind, signature) in [
            ("no signature", String::new()),
            ("some signature", encode([1; 64])),
        ] {
            let header = json!({ "alg": spelled, "typ": "JWT" });
            let signature = signature.clone();
            replace(&env, move |_, claims| {
                format!(
                    "{}.{}.{signature}",
                    encode(header.to_string()),
                    encode(claims.to_string())
                )
            });
            assert_rejected(&env, &format!("{spelled} {kind}")).await;
        }
    }
    for alg in [
        json!(null),
        json!(""),
        json!(" none"),
        json!(["none"]),
        json!(0),
        json!("NONE\u{0}"),
    ] {
        let case = alg.to_string();
        replace(&env, move |mut header, claims| {
            header["alg"] = alg.clone();
            format!(
                "{}.{}.",
                encode(header.to_string()),
                encode(claims.to_string())
            )
        });
        assert_rejected(&env, &case).await;
    }
}

/// Algorithm confusion: HS256 with the public key as the secret.
#[tokio::test]
async fn a_public_key_is_not_used_as_a_shared_secret() {
    let env = TestEnv::new().await;
    let rsa = Signer::rsa("rsa", Algorithm::RS256);
    env.provider.sign_with(&rsa);
    let public = signer::rsa_key().to_public_key();
    let pem = public.to_public_key_pem(LineEnding::LF).unwrap();
    let der = public.to_public_key_der().unwrap().into_vec();
    let jwk = rsa.jwk().to_string();
    for (case, secret) in [
        ("PEM", pem.as_bytes()),
        ("PEM without its last line end", pem.trim_end().as_bytes()),
        ("DER", &der),
        ("JWK", jwk.as_bytes()),
        // oidcc-client-test-invalid-sig-hs256, and a valid one: HS256 is not configured.
        ("the client secret", CLIENT_SECRET.as_bytes()),
        // HMAC pads keys with zeros (RFC 2104 §2), so this is the signature with an empty key.
        ("an empty key", b"\0"),
    ] {
        let forger = Signer::hs256("rsa", secret);
        replace(&env, move |_, claims| {
            forger.sign_with_header(&forger.header(), &claims)
        });
        assert_rejected(&env, case).await;
    }
}
