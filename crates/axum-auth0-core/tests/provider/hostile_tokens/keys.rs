//! Tokens that name or bring their own algorithm and key.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;
use test_support::{FakeProvider, Signer, signer::unsigned};

use super::{claims, outcome, too_long};

#[tokio::test]
async fn the_public_key_as_a_symmetric_secret_signs_nothing() {
    let signer = Signer::rsa_of_bits("key", 2048);
    let jwk = signer.jwk();
    let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&modulus)
    );
    for secret in [
        modulus,
        pem.into_bytes(),
        jwk.to_string().into_bytes(),
        jwk["n"].as_str().unwrap().as_bytes().to_vec(),
        Vec::new(),
    ] {
        for (name, hash) in [
            ("HS256", ring::hmac::HMAC_SHA256),
            ("HS512", ring::hmac::HMAC_SHA512),
        ] {
            let header = json!({ "alg": name, "typ": "JWT", "kid": "key" });
            let [header, payload] = [header, claims()]
                .map(|part| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&part).unwrap()));
            let input = format!("{header}.{payload}");
            // jsonwebtoken refuses to sign with an empty secret.
            let mac = ring::hmac::sign(&ring::hmac::Key::new(hash, &secret), input.as_bytes());
            let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()));
            assert_eq!(outcome(&signer, &token).await, "AlgorithmNotAllowed");
        }
    }
}

#[tokio::test]
async fn no_signature_is_no_signature_however_it_is_spelled() {
    let signer = Signer::es256("key", 1);
    for alg in [
        "none", "None", "NONE", "nOnE", "noNe", "NonE", "none ", " none", "", "null",
    ] {
        let header = json!({"alg": alg, "kid": "key"}).to_string();
        let unsigned = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(&header),
            URL_SAFE_NO_PAD.encode(claims().to_string())
        );
        assert_eq!(
            outcome(&signer, &unsigned).await,
            "AlgorithmNotAllowed",
            "{alg}"
        );
        assert_eq!(
            outcome(&signer, &signer.sign_text(&header, &claims().to_string())).await,
            "AlgorithmNotAllowed",
            "{alg}"
        );
    }
    let stripped = signer
        .sign(&claims())
        .rsplit_once('.')
        .unwrap()
        .0
        .to_owned()
        + ".";
    assert_eq!(outcome(&signer, &stripped).await, "BadSignature");
}

#[tokio::test]
async fn keys_that_a_token_brings_along_are_not_looked_at() {
    let (signer, attacker) = (Signer::es256("key", 1), Signer::es256("key", 66));
    let trap = FakeProvider::publishing(&[&attacker]).await;
    for (member, value) in [
        ("jku", json!(format!("{}/keys", trap.base()))),
        ("x5u", json!(format!("{}/keys", trap.base()))),
        ("jwk", attacker.jwk()),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = attacker.header();
        header[member] = value.clone();
        assert_eq!(
            outcome(
                &signer,
                &attacker.sign_text(&header.to_string(), &claims().to_string())
            )
            .await,
            "BadSignature",
            "{member}"
        );
        // On a token of the provider they do no harm.
        let mut header = signer.header();
        header[member] = value;
        assert_eq!(
            outcome(
                &signer,
                &signer.sign_text(&header.to_string(), &claims().to_string())
            )
            .await,
            "accepted",
            "{member}"
        );
    }
    assert_eq!(trap.request_count_at("/keys"), 0);
}

#[tokio::test]
async fn extensions_that_a_token_asks_for_are_refused() {
    let signer = Signer::es256("key", 1);
    for (member, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!("exp")),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
    ] {
        let mut header = signer.header();
        header[member] = value;
        assert_eq!(
            outcome(
                &signer,
                &signer.sign_text(&header.to_string(), &claims().to_string())
            )
            .await,
            "Extension",
            "{member}"
        );
    }
}

#[tokio::test]
async fn a_key_id_is_a_name_and_nothing_more() {
    let signer = Signer::es256("key", 1);
    for kid in [
        "../../../../dev/null",
        "key' OR '1'='1",
        "key\u{0}",
        "k\u{435}y",
        "KEY",
        "key ",
        " ",
        "http://127.0.0.1:1/keys",
    ] {
        let mut header = signer.header();
        header["kid"] = json!(kid);
        assert_eq!(
            outcome(
                &signer,
                &signer.sign_text(&header.to_string(), &claims().to_string())
            )
            .await,
            "UnknownKey",
            "{kid}"
        );
    }
    for kid in [json!(1), json!(true), json!(["key"]), json!({"key": 1})] {
        let mut header = signer.header();
        header["kid"] = kid;
        assert_eq!(
            outcome(
                &signer,
                &signer.sign_text(&header.to_string(), &claims().to_string())
            )
            .await,
            "Malformed(Header)"
        );
    }
    // Without a value it is no name: each key that fits is tried.
    for kid in [json!(null), json!("")] {
        let mut header = signer.header();
        header["kid"] = kid;
        let token = signer.sign_text(&header.to_string(), &claims().to_string());
        assert_eq!(outcome(&signer, &token).await, "accepted");
    }
    let long = unsigned(&json!({"alg": "ES256", "kid": "k".repeat(1024 * 1024)}));
    assert_eq!(outcome(&signer, &long).await, too_long(&long));
}

#[tokio::test]
async fn signatures_of_nothing_are_refused() {
    let signer = Signer::es256("key", 1);
    let token = signer.sign(&claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (r, s) = bytes.split_at(32);
    let mut xored = bytes.clone();
    for byte in &mut xored {
        *byte ^= 0x5a;
    }
    for forged in [
        vec![0; 64],
        [[0; 32].as_slice(), s].concat(),
        [r, &[0; 32]].concat(),
        [order.as_slice(), s].concat(),
        [r, &order].concat(),
        [s, r].concat(),
        bytes[..63].to_vec(),
        [bytes.as_slice(), &[0]].concat(),
        xored,
        Vec::new(),
    ] {
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(forged));
        assert_eq!(outcome(&signer, &forged).await, "BadSignature");
    }
    assert_eq!(outcome(&signer, &token).await, "accepted");
}
