//! Validation of the ID token of a login (OpenID Connect Core 1.0 §3.1.3.7). Names such as `oidcc-client-test-…` are those of
//! the OpenID Foundation's conformance suite.

use http::StatusCode;
use jsonwebtoken::Algorithm;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{
    CLIENT_ID, CLIENT_SECRET, Endpoint, ORDERS, PRODUCTS, Part, Signer, log_capture, signer,
    signer::encode, signer::parts,
};

/// Attempts a login with a modified ID token, and asserts that it fails with a specific error.
async fn assert_rejected(env: &TestEnv, case: &str) {
    let refusals = || {
        log_capture::captured()
            .matches("login failed error=")
            .count()
    };
    let before = refusals();
    let mut browser = env.browser();
    let answer = browser.try_to_log_in(&env.provider, "alice").await;
    env.assert_refused(&mut browser, &answer, 502, case).await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1, "{case}");
    assert_eq!(
        env.provider.request_count(Endpoint::Userinfo),
        0,
        "{case}: no token is used"
    );
    assert!(refusals() > before, "{case}: the log does not say why");
    env.provider.clear_request_log();
}

async fn assert_accepted(env: &TestEnv, case: &str) {
    let mut browser = env.browser();
    let answer = browser.try_to_log_in(&env.provider, "alice").await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{case}: {}",
        answer.body
    );
    assert_eq!(browser.who().await, "auth0|alice", "{case}");
}

/// Replaces the ID token of the provider.
fn replace(env: &TestEnv, make: impl Fn(Value, Value) -> String + Send + Sync + 'static) {
    env.provider.modify(Part::Exchanged, move |answer| {
        let (header, claims) = parts(answer["id_token"].as_str().unwrap());
        answer["id_token"] = json!(make(header, claims));
    });
}

/// Asserts that an ID token with another value of one claim, or without it, is rejected.
async fn assert_claim_rejected(
    env: &TestEnv,
    case: &str,
    name: &'static str,
    value: Option<Value>,
) {
    env.provider
        .modify(Part::IdToken, move |claims| match value.clone() {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        });
    assert_rejected(env, case).await;
}

#[tokio::test]
async fn wrong_issuers_audiences_and_subjects_are_rejected() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    for (case, name, value) in [
        // oidcc-client-test-invalid-iss
        ("iss + 1", "iss", Some(json!(format!("{issuer}1")))),
        (
            "iss without its slash",
            "iss",
            Some(json!(issuer.trim_end_matches('/'))),
        ),
        (
            "iss in upper case",
            "iss",
            Some(json!(issuer.to_uppercase())),
        ),
        // fapi2-…-missing-iss
        ("no iss", "iss", None),
        ("iss a list", "iss", Some(json!([issuer]))),
        // oidcc-client-test-missing-aud, -invalid-aud
        ("no aud", "aud", None),
        ("aud + 1", "aud", Some(json!(format!("{CLIENT_ID}1")))),
        ("aud a prefix", "aud", Some(json!(&CLIENT_ID[..5]))),
        (
            "aud in upper case",
            "aud",
            Some(json!(CLIENT_ID.to_uppercase())),
        ),
        ("aud a number", "aud", Some(json!(7))),
        ("aud an empty list", "aud", Some(json!([]))),
        (
            "aud a list of others",
            "aud",
            Some(json!(["other", PRODUCTS])),
        ),
        (
            "aud a list with a number",
            "aud",
            Some(json!([CLIENT_ID, 7])),
        ),
        ("aud nested", "aud", Some(json!([[CLIENT_ID]]))),
        // fapi2-…-invalid-secondary-aud
        (
            "another aud beside, no azp",
            "aud",
            Some(json!([CLIENT_ID, "untrusted"])),
        ),
        ("azp another", "azp", Some(json!("other"))),
        ("azp a list", "azp", Some(json!([CLIENT_ID]))),
        // oidcc-client-test-missing-sub
        ("no sub", "sub", None),
        ("sub empty", "sub", Some(json!(""))),
        ("sub null", "sub", Some(json!(null))),
        ("sub a number", "sub", Some(json!(5))),
        ("sub of 256 characters", "sub", Some(json!("a".repeat(256)))),
        ("sub of 4 KB", "sub", Some(json!("a".repeat(4096)))),
    ] {
        assert_claim_rejected(&env, case, name, value).await;
    }
}

#[tokio::test]
async fn wrong_dates_nonces_and_hashes_are_rejected() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (case, name, value) in [
        // oidcc-client-test-missing-iat, iat-is-week-in-past
        ("no iat", "iat", None),
        ("iat a week ago", "iat", Some(json!(now - 7 * 86_400))),
        ("iat 601 seconds ago", "iat", Some(json!(now - 601))),
        ("iat in the future", "iat", Some(json!(now + 61))),
        ("iat a string", "iat", Some(json!(now.to_string()))),
        // fapi2-…-missing-exp, -invalid-expired-exp
        ("no exp", "exp", None),
        ("expired", "exp", Some(json!(now - 60))),
        ("expired long ago", "exp", Some(json!(0))),
        ("exp negative", "exp", Some(json!(-1))),
        // CVE-2026-25537
        ("exp a string", "exp", Some(json!((now + 600).to_string()))),
        ("exp a text", "exp", Some(json!("tomorrow"))),
        ("exp beyond all", "exp", Some(json!(1e308))),
        ("exp a bool", "exp", Some(json!(true))),
        ("exp null", "exp", Some(json!(null))),
        ("exp a list", "exp", Some(json!([now + 600]))),
        ("nbf in the future", "nbf", Some(json!(now + 61))),
        ("nbf a string", "nbf", Some(json!("0"))),
        // oidcc-client-test-nonce-invalid, fapi2-…-missing-nonce
        ("no nonce", "nonce", None),
        (
            "nonce of another login",
            "nonce",
            Some(json!("bm90LXRoaXMtbG9naW4tYXQtYWxs")),
        ),
        ("nonce empty", "nonce", Some(json!(""))),
        ("nonce a list", "nonce", Some(json!(["a"]))),
        // oidcc-client-test-invalid-athash
        (
            "at_hash wrong",
            "at_hash",
            Some(json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        ("at_hash a number", "at_hash", Some(json!(1))),
        (
            "at_hash of another token",
            "at_hash",
            Some(json!(Signer::es256("x", 1).half_hash("another token"))),
        ),
        (
            "a logout token",
            "events",
            Some(json!({
                "http://schemas.openid.net/event/backchannel-logout": {}
            })),
        ),
    ] {
        assert_claim_rejected(&env, case, name, value).await;
    }
}

/// oidcc-client-test-nonce-invalid.
#[tokio::test]
async fn a_nonce_with_an_extra_character_is_rejected() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["nonce"] = json!(format!("{}1", claims["nonce"].as_str().unwrap()));
    });
    assert_rejected(&env, "nonce + 1").await;
}

/// fapi2-…-valid-aud-as-array, and claims of real providers.
#[tokio::test]
async fn unusual_but_valid_claims_are_accepted() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (case, name, value) in [
        ("aud a list of one", "aud", json!([CLIENT_ID])),
        ("aud twice the same", "aud", json!([CLIENT_ID, CLIENT_ID])),
        (
            "aud with the API beside",
            "aud",
            json!([CLIENT_ID, PRODUCTS]),
        ),
        (
            "aud with the API before",
            "aud",
            json!([PRODUCTS, ORDERS, CLIENT_ID]),
        ),
        ("azp the client", "azp", json!(CLIENT_ID)),
        ("azp empty, which is absent", "azp", json!("")),
        ("at_hash empty, which is absent", "at_hash", json!("")),
        ("auth_time a float", "auth_time", json!(1_700_000_000.25)),
        ("auth_time 0", "auth_time", json!(0)),
        ("sid of 300 characters", "sid", json!("s".repeat(300))),
        ("sid a number", "sid", json!(17)),
        ("scope a list", "scope", json!(["openid", "profile"])),
        (
            "updated_at a string, as Auth0 has it",
            "updated_at",
            json!("2026-01-01T00:00:00.000Z"),
        ),
        ("iat 600 seconds ago", "iat", json!(now - 600)),
        ("iat 60 seconds ahead", "iat", json!(now + 60)),
        ("exp 59 seconds ago", "exp", json!(now - 59)),
        (
            "exp a float",
            "exp",
            json!(f64::from(u32::try_from(now).unwrap()) + 600.5),
        ),
        ("nbf 60 seconds ahead", "nbf", json!(now + 60)),
        ("email_verified a string", "email_verified", json!("true")),
        (
            "a nested claim of one's own",
            "https://example.com/roles",
            json!([{ "a": [1] }]),
        ),
    ] {
        env.provider
            .modify(Part::IdToken, move |claims| claims[name] = value.clone());
        assert_accepted(&env, case).await;
    }
    env.provider.modify(Part::IdToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("at_hash"));
    });
    assert_accepted(&env, "no at_hash, as in the code flow of Auth0").await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["aud"] = json!([CLIENT_ID, "untrusted"]);
        claims["azp"] = json!(CLIENT_ID);
    });
    assert_accepted(&env, "another aud beside, and azp is the client").await;
}

/// `max_age` requires a recent `auth_time`.
#[tokio::test]
async fn max_age_requires_a_recent_auth_time() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (max_age, auth_time, accepted) in [
        (0, Some(json!(now)), true),
        (0, Some(json!(now - 60)), true),
        (0, Some(json!(now - 61)), false),
        (60, Some(json!(now - 100)), true),
        (60, Some(json!(now - 121)), false),
        (60, Some(json!(0)), false),
        (60, Some(json!(now.to_string())), false),
        (60, None, false),
    ] {
        let case = format!("{max_age} {auth_time:?}");
        env.provider.modify(Part::IdToken, move |claims| {
            if let Some(auth_time) = &auth_time {
                claims["auth_time"] = auth_time.clone();
            }
        });
        let mut browser = env.browser();
        let answer = browser.go(&format!("/auth/login?max_age={max_age}")).await;
        let returned = env.provider.authorize(answer.location(), "alice");
        let answer = browser.go(&returned.path()).await;
        if accepted {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{case}");
            browser.post("/auth/logout", "").await;
        } else {
            env.assert_refused(&mut browser, &answer, 502, &case).await;
        }
    }
}

/// A login with an organization requires it in the token; a login without one accepts any.
#[tokio::test]
async fn a_requested_organization_must_be_in_the_token() {
    let env = TestEnv::new().await;
    for (query, claim, accepted) in [
        ("organization=org_a", Some(("org_id", "org_a")), true),
        ("organization=acme", Some(("org_name", "acme")), true),
        ("organization=org_a", Some(("org_id", "org_b")), false),
        ("organization=org_a", None, false),
        ("organization=", None, true),
        ("", Some(("org_id", "org_b")), true),
    ] {
        let case = format!("{query} {claim:?}");
        env.provider.modify(Part::IdToken, move |claims| {
            if let Some((name, value)) = claim {
                claims[name] = json!(value);
            }
        });
        let mut browser = env.browser();
        let answer = browser.go(&format!("/auth/login?{query}")).await;
        let returned = env.provider.authorize(answer.location(), "alice");
        let answer = browser.go(&returned.path()).await;
        if accepted {
            assert_eq!(
                answer.status,
                StatusCode::SEE_OTHER,
                "{case}: {}",
                answer.body
            );
            browser.post("/auth/logout", "").await;
        } else {
            env.assert_refused(&mut browser, &answer, 502, &case).await;
        }
    }
}

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

/// `jwk`, `jku` and `x5u` of the header are ignored.
#[tokio::test]
async fn headers_with_keys_or_critical_extensions_are_rejected() {
    let env = TestEnv::new().await;
    let evil = Signer::es256("evil", 66);
    let address = env.provider.url("/evil-keys");
    for (case, member, value) in [
        ("jku", "jku", json!(address)),
        ("x5u", "x5u", json!(address)),
        ("jwk", "jwk", evil.jwk()),
        ("x5c", "x5c", json!(["MIIB"])),
    ] {
        let forger = evil.clone();
        replace(&env, move |_, claims| {
            let mut header = forger.header();
            header[member] = value.clone();
            forger.sign_with_header(&header, &claims)
        });
        assert_rejected(&env, case).await;
    }
    let signer = env.provider.signer();
    for (case, member, value) in [
        ("crit", "crit", json!(["exp"])),
        ("b64", "b64", json!(false)),
        ("zip", "zip", json!("DEF")),
        ("typ logout+jwt", "typ", json!("logout+jwt")),
        ("typ Logout+JWT", "typ", json!("Logout+JWT")),
        ("kid a number", "kid", json!(1)),
    ] {
        let signer = signer.clone();
        replace(&env, move |mut header, claims| {
            header[member] = value.clone();
            signer.sign_with_header(&header, &claims)
        });
        assert_rejected(&env, case).await;
    }
    // With a matching key they are ignored.
    replace(&env, move |mut header, claims| {
        header["jku"] = json!(address);
        signer.sign_with_header(&header, &claims)
    });
    assert_accepted(&env, "jku beside a good key").await;
    assert_eq!(env.provider.request_count(Endpoint::Elsewhere), 0);
}

#[tokio::test]
async fn other_kinds_of_tokens_are_rejected() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Exchanged, |answer| {
        answer["id_token"] = answer["access_token"].clone();
    });
    assert_rejected(&env, "the access token").await;
    env.provider.modify(Part::Exchanged, |answer| {
        answer["id_token"] = answer["refresh_token"].clone();
    });
    assert_rejected(&env, "the refresh token").await;
}

#[tokio::test]
async fn malformed_tokens_are_rejected() {
    let env = TestEnv::new().await;
    let signer = env.provider.signer();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(2_000), "]".repeat(2_000));
    let signed_deep = signer.sign_text(&signer.header().to_string(), &deep);
    for (case, token) in [
        ("half a megabyte", "A".repeat(500_000)),
        ("half a megabyte of dots", ".".repeat(500_000)),
        ("opaque", "opaque".to_owned()),
        ("two parts", "a.b".to_owned()),
        ("five parts: JWE", "a.b.c.d.e".to_owned()),
        (
            "JSON serialization",
            "{\"payload\":\"\",\"signatures\":[]}".to_owned(),
        ),
        ("deep JSON", signed_deep),
    ] {
        env.provider.modify(Part::Exchanged, move |answer| {
            answer["id_token"] = json!(token);
        });
        assert_rejected(&env, case).await;
    }
}

/// Duplicate members are ambiguous.
#[tokio::test]
async fn duplicate_claims_are_rejected() {
    let env = TestEnv::new().await;
    let signer = env.provider.signer();
    replace(&env, move |header, claims| {
        let claims = claims.to_string();
        let twice = format!("{{\"sub\":\"auth0|mallory\",{}", &claims[1..]);
        signer.sign_text(&header.to_string(), &twice)
    });
    assert_rejected(&env, "sub twice").await;
}

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
        let answer = browser.try_to_log_in(&env.provider, "alice").await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Keys),
        3,
        "asked within ten seconds"
    );
}
