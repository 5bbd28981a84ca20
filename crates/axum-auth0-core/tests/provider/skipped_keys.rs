//! Keys that are not used: each leaves one line in the log with the reason, and costs the other keys nothing.

use axum_auth0_core::{
    clock::MockClock,
    jwt::Algorithm,
    provider::{Provider, VerifyError},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use rsa::BigUint;
use serde_json::{Value, json};
use std::sync::Arc;

use test_support::{Endpoint, FakeProvider, Reply, Signer, log_capture};

/// A provider that publishes a good key and these.
async fn publishing(good: &Signer, others: &[Value]) -> (FakeProvider, Provider, Arc<MockClock>) {
    log_capture::start();
    let fake = FakeProvider::without_keys().await;
    let keys: Vec<Value> = others.iter().cloned().chain([good.jwk()]).collect();
    fake.reply(Endpoint::Keys, Reply::keys(&keys));
    let (provider, clock) = fake.client();
    (fake, provider, clock)
}

fn claims() -> Value {
    json!({ "sub": "auth0|alice" })
}

/// How often the key was reported with this reason.
fn reports(key: &str, reason: &str) -> usize {
    log_capture::captured()
        .lines()
        .filter(|line| {
            line.contains("skipped a key of the provider")
                && line.contains(&format!("key={key} "))
                && line.contains(reason)
        })
        .count()
}

/// The key is skipped for this reason, and the good one beside it works.
async fn is_skipped(key: Value, reason: &str) {
    let good = Signer::es256("good", 1);
    let name = key["kid"].as_str().unwrap().to_owned();
    let (_, provider, _) = publishing(&good, &[key]).await;
    provider
        .verify(&good.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert_eq!(reports(&name, reason), 1, "{name}: {reason}");
}

#[tokio::test]
async fn base64_with_padding_or_of_the_other_alphabet_skips_that_key_only() {
    let rsa = Signer::rsa_of_bits("rsa", 2048);
    let modulus = URL_SAFE_NO_PAD
        .decode(rsa.jwk()["n"].as_str().unwrap())
        .unwrap();
    for (kid, member, value) in [
        ("padded n", "n", URL_SAFE.encode(&modulus)),
        ("standard n", "n", STANDARD.encode(&modulus)),
        (
            "n with a line break",
            "n",
            format!("{}\n", URL_SAFE_NO_PAD.encode(&modulus)),
        ),
        ("padded e", "e", "AQAB====".to_owned()),
    ] {
        let mut jwk = rsa.jwk();
        jwk["kid"] = json!(kid.replace(' ', "-"));
        jwk[member] = json!(value);
        is_skipped(
            jwk,
            &format!("its member {member} is not base64url without padding"),
        )
        .await;
    }
    let mut ec = Signer::es256("padded-x", 2).jwk();
    ec["x"] = json!(format!("{}=", ec["x"].as_str().unwrap()));
    is_skipped(ec, "its member x is not base64url without padding").await;
}

#[tokio::test]
async fn every_other_reason_is_named_too() {
    let secret = json!({ "kty": "oct", "kid": "secret", "alg": "HS256", "k": "c2VjcmV0" });
    is_skipped(secret, "private or a symmetric key").await;
    let mut private = Signer::es256("private", 2).jwk();
    private["d"] = json!("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    is_skipped(private, "private or a symmetric key").await;
    is_skipped(
        Signer::rsa_of_bits("small", 1024).jwk(),
        "RSA key of 1024 bits",
    )
    .await;
    let mut one = Signer::rsa_of_bits("exponent-one", 2048).jwk();
    one["e"] = json!("AQ");
    is_skipped(one, "exponent is unsound").await;
    for (kid, change, reason) in [
        ("encryption", json!({ "use": "enc" }), "not for signatures"),
        (
            "operations",
            json!({ "key_ops": ["sign"] }),
            "not for signatures",
        ),
        ("curve", json!({ "crv": "secp256k1" }), "not supported"),
        ("type", json!({ "kty": "XYZ" }), "not supported"),
        (
            "algorithm",
            json!({ "alg": "ES256K" }),
            "its algorithm (alg)",
        ),
        (
            "other-algorithm",
            json!({ "alg": "RS256" }),
            "its algorithm (alg)",
        ),
        (
            "number",
            json!({ "x": 5 }),
            "its member x is missing or malformed",
        ),
        (
            "short",
            json!({ "x": "AAAA" }),
            "its member x is missing or malformed",
        ),
        (
            "off-curve",
            json!({ "x": "A".repeat(43), "y": "A".repeat(43) }),
            "not a point on its curve",
        ),
    ] {
        let mut jwk = Signer::es256("key", 3).jwk();
        jwk["kid"] = json!(kid);
        for (name, value) in change.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        is_skipped(jwk, reason).await;
    }
}

#[tokio::test]
async fn a_set_that_is_fetched_again_and_again_repeats_no_line() {
    let good = Signer::es256("good", 1);
    let mut odd = Signer::es256("fetched-often", 2).jwk();
    odd["use"] = json!("enc");
    let (fake, provider, clock) = publishing(&good, &[odd.clone(), json!("no object")]).await;
    let unknown = Signer::es256("unknown", 9).sign(&claims());
    for _ in 0..5 {
        provider.verify(&unknown, Algorithm::ALL).await.unwrap_err();
        clock.advance(11);
    }
    assert!(fake.request_count(Endpoint::Keys) > 3);
    assert_eq!(reports("fetched-often", "not for signatures"), 1);
    // Once it was gone, it is news again; so is another reason.
    fake.reply(Endpoint::Keys, Reply::keys(&[good.jwk()]));
    provider.verify(&unknown, Algorithm::ALL).await.unwrap_err();
    clock.advance(11);
    fake.reply(Endpoint::Keys, Reply::keys(&[good.jwk(), odd]));
    provider.verify(&unknown, Algorithm::ALL).await.unwrap_err();
    assert_eq!(reports("fetched-often", "not for signatures"), 2);
}

#[tokio::test]
async fn a_set_without_a_usable_key_says_why_too() {
    log_capture::start();
    let fake = FakeProvider::without_keys().await;
    let mut padded = Signer::es256("the-only-one", 1).jwk();
    padded["y"] = json!(format!("{}=", padded["y"].as_str().unwrap()));
    fake.reply(Endpoint::Keys, Reply::keys(&[padded]));
    let token = Signer::es256("the-only-one", 1).sign(&claims());
    let error = fake
        .client()
        .0
        .verify(&token, Algorithm::ALL)
        .await
        .unwrap_err();
    assert!(matches!(error, VerifyError::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("the log says why"));
    assert_eq!(reports("the-only-one", "its member y is not base64url"), 1);
}

#[tokio::test]
async fn members_without_a_value_are_absent_in_a_key() {
    let good = Signer::es256("good", 1);
    for empty in [json!(null), json!("")] {
        let anonymous = Signer::es256("", 5).with_kid(None);
        let mut jwk = anonymous.jwk();
        for name in ["kid", "alg", "use", "d", "x5t"] {
            jwk[name] = empty.clone();
        }
        jwk["key_ops"] = Value::Null;
        let (_, provider, _) = publishing(&good, &[jwk]).await;
        let token = anonymous.sign(&claims());
        provider.verify(&token, Algorithm::ALL).await.unwrap();
    }
}

/// For such a key the signature R = identity, S = 0 fits every message or one in eight of them.
#[tokio::test]
async fn an_ed25519_key_of_small_order_verifies_nothing() {
    let points = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // The same points, written with the prime added.
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let good = Signer::es256("good", 1);
    for (number, hex) in points.into_iter().enumerate() {
        let point: Vec<u8> = (0..32)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        let kid = format!("small-order-{number}");
        let jwk = json!({
            "kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": URL_SAFE_NO_PAD.encode(&point),
        });
        let (_, provider, _) = publishing(&good, &[jwk]).await;
        let mut signature = [0; 64];
        signature[0] = 1;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        for message in 0..16 {
            let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let header = encode(json!({ "alg": "EdDSA", "kid": kid }));
            let payload = encode(json!({ "sub": "mallory", "message": message }));
            let forged = format!("{header}.{payload}.{signature}");
            let error = provider.verify(&forged, Algorithm::ALL).await.unwrap_err();
            assert!(matches!(error, VerifyError::UnknownKey), "{hex}: {error}");
        }
        assert_eq!(reports(&kid, "small order"), 1, "{hex}");
    }
}

/// The moduli of CVE-2017-15361 are powers of 65537 modulo the product of the first primes.
#[tokio::test]
async fn an_rsa_key_with_the_fingerprint_of_roca_is_skipped_and_its_neighbours_are_not() {
    let primes: [u32; 39] = [
        2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    let product = primes.iter().fold(BigUint::from(1_u32), |product, prime| {
        product * BigUint::from(*prime)
    });
    let jwk = |kid: &str, modulus: &BigUint| {
        json!({
            "kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "e": "AQAB",
            "n": URL_SAFE_NO_PAD.encode(modulus.to_bytes_be()),
        })
    };
    for (bits, exponent) in [(2048, 1_u32), (2048, 1_234_567), (3072, 77), (4096, 5)] {
        let power = BigUint::from(65_537_u32).modpow(&BigUint::from(exponent), &product);
        let above = BigUint::from(3_u32) << (bits - 2);
        let modulus = &above - (&above % &product) + power;
        assert_eq!(modulus.bits(), bits);
        is_skipped(
            jwk(&format!("roca-{bits}-{exponent}"), &modulus),
            "CVE-2017-15361",
        )
        .await;

        let neighbour = modulus + BigUint::from(2_u32);
        let kid = format!("sound-{bits}-{exponent}");
        let good = Signer::es256("good", 1);
        let (_, provider, _) = publishing(&good, &[jwk(&kid, &neighbour)]).await;
        provider
            .verify(&good.sign(&claims()), Algorithm::ALL)
            .await
            .unwrap();
        assert_eq!(reports(&kid, ""), 0);
    }
}
