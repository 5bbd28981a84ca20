//! Tokens that are too long, encrypted or signed with a secret, and compressed responses.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{
    Endpoint, PRODUCTS, Part, Reply, Signer, log_capture,
    signer::{encode, parts},
};

use super::{Change, HOUR};
use crate::app::TestEnv;

/// Adds groups that make the token too long.
fn many_groups(claims: &mut Value) {
    let groups: Vec<_> = (0..1_000)
        .map(|group| format!("group-number-{group}"))
        .collect();
    claims["groups"] = json!(groups);
}

#[tokio::test]
async fn an_access_token_that_is_too_long_is_reported_with_its_size_and_not_as_opaque() {
    let long: [Change; 3] = [
        |response| response["access_token"] = json!("a".repeat(20_000)),
        |response| response["access_token"] = json!(format!("a.b.{}", "c".repeat(19_996))),
        |response| {
            let (header, mut claims) = parts(response["access_token"].as_str().unwrap());
            claims["pad"] = json!("");
            let unpadded = format!(
                "{}.{}.c2ln",
                encode(header.to_string()),
                encode(claims.to_string())
            );
            claims["pad"] = json!("x".repeat((20_000 - unpadded.len()) * 3 / 4));
            response["access_token"] = json!(format!(
                "{}.{}.c2ln",
                encode(header.to_string()),
                encode(claims.to_string())
            ));
        },
    ];
    for (number, lengthen) in long.into_iter().enumerate() {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::IdToken, |claims| claims["at_hash"] = Value::Null);
        env.provider.modify(Part::ExchangeResponse, lengthen);
        env.provider.modify(Part::RefreshResponse, lengthen);
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "token_too_long", "{number}: {diagnosis}");
        let cause = diagnosis["cause"].as_str().unwrap();
        assert!(
            cause.contains(PRODUCTS) && cause.contains("16384"),
            "{cause}"
        );
        assert!(
            cause.contains("has 20000 bytes") || cause.contains("has 19999 bytes"),
            "{cause}"
        );
        assert!(!diagnosis.to_string().contains("opaque"), "{diagnosis}");
        assert_ne!(browser.whoami().await, "anonymous");
    }
}

#[tokio::test]
async fn an_id_token_that_is_too_long_is_reported_with_its_size() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, many_groups);
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 502, "too long")
        .await;
    for text in [response.body, log_capture::captured()] {
        assert!(text.contains("The ID token has "), "{text:.2000}");
        assert!(text.contains("at most 16384 are read"));
    }
}

#[tokio::test]
async fn an_unreadable_refreshed_id_token_keeps_the_session() {
    let unreadable: [(&str, Change); 3] = [
        ("too long", |response| {
            let token = format!(
                "{}.{}",
                response["id_token"].as_str().unwrap(),
                "x".repeat(20_000)
            );
            response["id_token"] = json!(token);
        }),
        ("too long and no JWT", |response| {
            response["id_token"] = json!("x".repeat(20_000));
        }),
        ("encrypted", |response| {
            response["id_token"] =
                json!("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.aaaa.bbbb.cccc.dddd");
        }),
    ];
    for (case, make) in unreadable {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::RefreshResponse, make);
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        }
        assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
        let says = if case == "encrypted" {
            "is encrypted"
        } else {
            "at most 16384 are read"
        };
        assert!(log_capture::captured().contains(says), "{case}");
    }
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.modify(Part::RefreshedIdToken, many_groups);
    env.clock.advance(2 * HOUR);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_id_token_that_is_signed_with_a_secret_or_encrypted_is_reported_with_the_setting() {
    let jwe = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.aaaa.bbbb.cccc.dddd";
    for (case, code, says) in [
        (
            "HS256",
            "symmetric_signature",
            ["HS256", "RS256", "id_token_signed_response_alg"],
        ),
        (
            "HS512",
            "symmetric_signature",
            ["HS256", "RS256", "id_token_signed_response_alg"],
        ),
        (
            "JWE",
            "encrypted_token",
            [
                "encrypted (JWE)",
                "signed and not encrypted",
                "id_token_encrypted_response_alg",
            ],
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                if case == "JWE" {
                    response["id_token"] = json!(jwe);
                    return;
                }
                let (_, claims) = parts(response["id_token"].as_str().unwrap());
                let signer = Signer::hs256("first", test_support::CLIENT_SECRET.as_bytes());
                let mut header = signer.header();
                header["alg"] = json!(case);
                response["id_token"] = json!(signer.sign_with_header(&header, &claims));
            });
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 502, case)
            .await;
        let log = log_capture::captured();
        assert!(log.contains(&format!("code=\"{code}\"")), "{case}");
        for says in says {
            assert!(
                response.body.contains(says),
                "{case}: {says} is not in {}",
                response.body
            );
            assert!(log.contains(says), "{case}: {says} is not in the log");
        }
    }
}

#[tokio::test]
async fn a_compressed_userinfo_response_is_logged_and_the_login_succeeds() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        for name in ["name", "email"] {
            claims.as_object_mut().unwrap().remove(name);
        }
    });
    env.provider.reply(
        Endpoint::Userinfo,
        Reply::Json(200, json!({ "sub": "auth0|alice" })).gzipped(),
    );
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert!(log_capture::captured().contains("answered with the content coding gzip"));
}
