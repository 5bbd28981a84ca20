//! A rejection names the claim: always in the log, and in the response with `ErrorDetail::WithClaim`.

use axum::response::IntoResponse as _;
use axum_auth0_bearer::{BearerError, BearerErrorKind, ErrorDetail, Profile, Verifier};
use serde_json::{Value, json};
use test_support::log_capture;

use crate::{
    env::{API, NOW, TestEnv, Token},
    identity_server,
};

/// Returns the challenge of the response, and the description in its body.
async fn respond(error: BearerError) -> (String, String) {
    let response = error.into_response();
    let challenge = response.headers()["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    (
        challenge,
        body["error_description"].as_str().unwrap().to_owned(),
    )
}

async fn rejection(env: &TestEnv, verifier: &Verifier, token: &Token) -> BearerError {
    verifier.verify(&env.signed(token)).await.unwrap_err()
}

#[tokio::test]
async fn a_rejection_names_the_claim_in_the_log_and_in_the_response_if_configured() {
    let env = TestEnv::new().await;
    let named = env
        .verifier(Profile::Rfc9068)
        .error_detail(ErrorDetail::WithClaim);
    let brief = env
        .verifier(Profile::Rfc9068)
        .error_detail(ErrorDetail::Brief);
    for (changes, says) in [
        (json!({ "exp": null }), "the claim exp is missing"),
        (
            json!({ "exp": "" }),
            "the claim exp is required, but its value is null or empty",
        ),
        (json!({ "exp": "1796000000" }), "the claim exp is malformed"),
        (json!({ "iat": 1e308 }), "the claim iat is malformed"),
        (json!({ "nbf": true }), "the claim nbf is malformed"),
        (json!({ "sub": ["alice"] }), "the claim sub is not a string"),
        (
            json!({ "sub": "s".repeat(256) }),
            "the claim sub is longer than 255 characters",
        ),
        (
            json!({ "client_id": 7 }),
            "the claim client_id is not a string",
        ),
        (json!({ "jti": null }), "the claim jti is missing"),
        (json!({ "aud": 7 }), "the claim aud is malformed"),
        (
            json!({ "scope": { "a": 1 } }),
            "the claim scope is malformed",
        ),
        (json!({ "nonce": "n" }), "the claim nonce is there"),
        (json!({ "cnf": { "jkt": "x" } }), "the claim cnf is there"),
        (
            json!({ "iss": "https://evil.example.com/" }),
            "the claim iss names an issuer",
        ),
        (json!({ "exp": NOW - 3600 }), "the claim exp is in the past"),
        (
            json!({ "iat": NOW + 3600 }),
            "the claim iat is in the future",
        ),
    ] {
        let token = identity_server::access_token().with(changes);
        let error = rejection(&env, &named, &token).await;
        let described = error.to_string();
        assert!(described.contains(says), "{described}");
        let (challenge, in_body) = respond(error).await;
        assert!(
            log_capture::captured().contains(says),
            "{says} is not in the log"
        );
        assert_eq!(in_body, described);
        assert!(challenge.contains(says), "{challenge}");

        let error = rejection(&env, &brief, &token).await;
        let (challenge, in_body) = respond(error).await;
        assert!(
            !challenge.contains(says) && !in_body.contains(says),
            "{in_body}"
        );
    }
}

#[tokio::test]
async fn null_of_a_required_claim_is_named() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068);
    for name in ["iss", "aud", "exp", "iat", "sub", "client_id", "jti"] {
        for empty in [json!(null), json!("")] {
            let mut token = identity_server::access_token();
            token.claims[name] = empty;
            let error = rejection(&env, &verifier, &token).await;
            assert_eq!(error.kind(), &BearerErrorKind::MalformedToken, "{name}");
            let says = format!("the claim {name} is required, but its value is null or empty");
            assert!(error.to_string().contains(&says), "{error}");
        }
    }
    // Of an optional one it is nothing.
    for name in ["nbf", "nonce", "at_hash", "events", "scope", "cnf", "acr"] {
        for empty in [json!(null), json!("")] {
            let mut token = identity_server::access_token();
            token.claims[name] = empty;
            env.accepted(&verifier, &token).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_is_too_long_is_named_with_its_size() {
    let env = TestEnv::new().await;
    let groups: Vec<String> = (0..1_000)
        .map(|group| format!("group-number-{group}"))
        .collect();
    let token = env.signed(&identity_server::access_token().with(json!({ "groups": groups })));
    for verifier in [
        env.verifier(Profile::Rfc9068)
            .error_detail(ErrorDetail::Brief),
        env.verifier(Profile::Rfc9068),
    ] {
        for long in [token.clone(), "a".repeat(20_000), ".".repeat(17_000)] {
            let error = verifier.verify(&long).await.unwrap_err();
            let bytes = long.len();
            assert_eq!(error.kind(), &BearerErrorKind::TooLong { bytes });
            let (challenge, described) = respond(error).await;
            for text in [challenge, described] {
                assert!(
                    text.contains(&format!("it has {bytes} bytes; the maximum is 16384")),
                    "{text}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_date_may_be_a_fraction_or_have_an_exponent() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068);
    for (exp, read) in [
        (json!(1_795_870_000.336), 1_795_870_000),
        (json!(1.796E9), 1_796_000_000),
        (json!(1_795_870_000.0), 1_795_870_000),
    ] {
        let token = identity_server::access_token().with(json!({ "exp": exp }));
        let token = env.accepted(&verifier, &token).await;
        assert_eq!(token.expires_at(), read);
    }
    // As the text has it, not as a library writes the number.
    let signer = env.fake.signer();
    let mut header = signer.header();
    header["typ"] = json!("at+jwt");
    let claims = identity_server::access_token()
        .with(json!({ "iss": env.fake.issuer(), "exp": "END" }))
        .claims
        .to_string();
    for (end, read) in [
        ("1.796E9", 1_796_000_000),
        ("1796e6", 1_796_000_000),
        ("17960000003.36E-1", 1_796_000_000),
    ] {
        let claims = claims.replace("\"END\"", end);
        let token = signer.sign_text(&header.to_string(), &claims);
        let token = verifier.verify(&token).await.unwrap();
        assert_eq!(token.expires_at(), read, "{end}");
    }
    for end in ["1e400", "1E308", "-1E300"] {
        let claims = claims.replace("\"END\"", end);
        let token = signer.sign_text(&header.to_string(), &claims);
        let error = verifier.verify(&token).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::MalformedToken, "{end}");
    }
}

#[tokio::test]
async fn a_missing_scope_says_which_claim_was_read() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068);
    for (changes, says) in [
        (json!({ "scope": "a b" }), "the claim scope was read"),
        (
            json!({ "scope": ["a"], "scp": ["read:products"] }),
            "the claim scope was read",
        ),
        (
            json!({ "scope": null, "scp": "b" }),
            "the claim scp was read",
        ),
        (
            json!({ "scope": null }),
            "the claim scope or scp is missing",
        ),
    ] {
        let token = env
            .accepted(&verifier, &identity_server::access_token().with(changes))
            .await;
        let error = token.require_scope("read:products").unwrap_err();
        assert_eq!(error.status(), 403);
        assert!(error.to_string().contains(says), "{error}");
        respond(error).await;
        assert!(log_capture::captured().contains(says));
    }
}

#[tokio::test]
async fn a_token_signed_with_a_secret_or_an_unknown_key_is_named() {
    let env = TestEnv::new().await;
    let verifier = Verifier::with_provider(env.provider.clone(), API).profile(Profile::Rfc9068);
    let token = identity_server::access_token();
    for (signer, says) in [
        (
            test_support::Signer::hs256("first", b"secret"),
            "a shared secret",
        ),
        (
            test_support::Signer::es256("second", 2),
            "the header parameter kid",
        ),
    ] {
        let error = verifier
            .verify(&env.signed_by(&signer, &token))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn an_encrypted_token_is_distinguished_from_an_opaque_one() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068);
    for (token, is_encrypted) in [
        (
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc",
            true,
        ),
        ("a.b.c.d.e", true),
        ("0paque-t0ken_without-dots", false),
        ("two.segments", false),
    ] {
        let error = verifier.verify(token).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::OpaqueToken);
        assert_eq!(
            error.to_string().contains("encrypts"),
            is_encrypted,
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_rejection_is_logged_once_by_the_response() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068);
    let stranger = "https://logged-once.example.com/";
    let token = identity_server::access_token().with(json!({ "iss": stranger }));
    let error = rejection(&env, &verifier, &token).await;
    assert_eq!(log_capture::captured().matches(stranger).count(), 0);
    respond(error).await;
    assert_eq!(log_capture::captured().matches(stranger).count(), 1);
}
