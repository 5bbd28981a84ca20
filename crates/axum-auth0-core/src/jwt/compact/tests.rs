#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn token(header: &str, payload: &str) -> String {
    format!(
        "{}.{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload),
        URL_SAFE_NO_PAD.encode("signature")
    )
}

fn parse_error(token: &str) -> Option<JwtParseError> {
    CompactJwt::parse(token).err()
}

#[test]
fn a_sound_token_is_taken_apart() {
    let token = token(
        r#"{"alg":"RS256","kid":"1","typ":"JWT"}"#,
        r#"{"sub":"alice"}"#,
    );
    let compact = CompactJwt::parse(&token).unwrap();
    let header = compact.header(Algorithm::ALL).unwrap();
    assert_eq!(header.algorithm, Algorithm::Rs256);
    assert_eq!(header.key_id.as_deref(), Some("1"));
    assert_eq!(header.media_type.as_deref(), Some("JWT"));
    assert_eq!(
        compact.signing_input(),
        token.rsplit_once('.').unwrap().0.as_bytes()
    );
    assert_eq!(compact.signature(), b"signature");
    assert_eq!(compact.into_claims().get("sub"), Some(&json!("alice")));
}

#[test]
fn only_three_segments_are_a_jwt() {
    assert_eq!(parse_error("opaque"), Some(JwtParseError::Segments));
    assert_eq!(parse_error("a.b"), Some(JwtParseError::Segments));
    assert_eq!(parse_error("a.b.c.d.e"), Some(JwtParseError::Segments));
    assert_eq!(parse_error(""), Some(JwtParseError::Segments));
    assert_eq!(
        parse_error(r#"{"payload":"e30","signatures":[]}"#),
        Some(JwtParseError::Segments)
    );
}

#[test]
fn a_token_has_one_spelling_only() {
    let good = token(r#"{"alg":"RS256"}"#, "{}");
    assert_eq!(parse_error(&good), None);
    // "signature" has nine bytes and no trailing bits. One byte has trailing bits in its last character.
    let (signed, _) = good.rsplit_once('.').unwrap();
    assert_eq!(parse_error(&format!("{signed}.AA")), None);
    assert_eq!(
        parse_error(&format!("{signed}.AB")),
        Some(JwtParseError::Encoding)
    );
    assert_eq!(
        parse_error(&format!("{signed}.AA==")),
        Some(JwtParseError::Encoding)
    );
    assert_eq!(
        parse_error(&format!("{signed}.A+")),
        Some(JwtParseError::Encoding)
    );
    assert_eq!(
        parse_error(&format!("{signed}.A A")),
        Some(JwtParseError::Encoding)
    );
    assert_eq!(
        parse_error(&format!("{good}\n")),
        Some(JwtParseError::Encoding)
    );
}

#[test]
fn long_tokens_are_not_looked_at() {
    for (text, bytes) in [
        (".".repeat(MAX_TOKEN_BYTES + 1), MAX_TOKEN_BYTES + 1),
        ("A".repeat(1024 * 1024), 1024 * 1024),
    ] {
        assert_eq!(parse_error(&text), Some(JwtParseError::TooLong { bytes }));
    }
    assert_eq!(
        parse_error(&".".repeat(MAX_TOKEN_BYTES)),
        Some(JwtParseError::Segments)
    );
    let told = JwtParseError::TooLong { bytes: 20_000 }.to_string();
    assert!(told.contains("20000") && told.contains("16384"), "{told}");
}

#[test]
fn header_and_payload_are_unambiguous_objects() {
    assert_eq!(
        parse_error(&token(r#"{"alg":"RS256","alg":"none"}"#, "{}")),
        Some(JwtParseError::Json)
    );
    assert_eq!(
        parse_error(&token(r#"{"alg":"RS256"}"#, r#"{"sub":1,"sub":2}"#)),
        Some(JwtParseError::Json)
    );
    assert_eq!(
        parse_error(&token(r#"{"alg":"RS256"}"#, "[]")),
        Some(JwtParseError::Json)
    );
    assert_eq!(parse_error(&token("{}", "{}")), Some(JwtParseError::Header));
    assert_eq!(
        parse_error(&token(r#"{"alg":1}"#, "{}")),
        Some(JwtParseError::Header)
    );
}

#[test]
fn headers_that_ask_for_more_are_refused() {
    let refusal = |header: &str| {
        CompactJwt::parse(&token(header, "{}"))
            .unwrap()
            .header(Algorithm::ALL)
            .err()
    };
    for extension in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""zip":"DEF""#,
    ] {
        let header = format!(r#"{{"alg":"RS256",{extension}}}"#);
        assert!(
            matches!(refusal(&header), Some(HeaderError::Extension)),
            "{header}"
        );
    }
    for header in [
        r#"{"alg":"RS256","kid":1}"#,
        r#"{"alg":"RS256","typ":["JWT"]}"#,
    ] {
        assert!(
            matches!(
                refusal(header),
                Some(HeaderError::Malformed(JwtParseError::Header))
            ),
            "{header}"
        );
    }
    for header in [
        r#"{"alg":"RS256","kid":null,"typ":null}"#,
        r#"{"alg":"RS256","kid":"","typ":""}"#,
    ] {
        let token = token(header, "{}");
        let header = CompactJwt::parse(&token).unwrap().header(Algorithm::ALL);
        let header = header.unwrap();
        assert_eq!((header.key_id, header.media_type), (None, None));
    }
    for alg in ["none", "NonE", "HS256", "HS512", "rs256", "ES256K", "dir"] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        assert!(
            matches!(refusal(&header), Some(HeaderError::AlgorithmNotAllowed)),
            "{header}"
        );
    }
}

#[test]
fn an_algorithm_that_is_not_on_the_list_is_refused() {
    let token = token(r#"{"alg":"RS256"}"#, "{}");
    let compact = CompactJwt::parse(&token).unwrap();
    assert!(compact.header(&[Algorithm::Rs256]).is_ok());
    assert!(matches!(
        compact.header(&[Algorithm::Es256]),
        Err(HeaderError::AlgorithmNotAllowed)
    ));
    assert!(matches!(
        compact.header(&[]),
        Err(HeaderError::AlgorithmNotAllowed)
    ));
}

#[test]
fn debug_shows_no_claim_values() {
    let header = JwtHeader {
        algorithm: Algorithm::Rs256,
        key_id: None,
        media_type: None,
    };
    let claims =
        Claims::new(serde_json::from_value(json!({"email": "alice@example.com"})).unwrap());
    assert!(!format!("{:?}", crate::jwt::VerifiedJwt::new(header, claims)).contains("alice"));
}

proptest! {
    #[test]
    fn no_input_panics(text in ".{0,200}") {
        let _ = CompactJwt::parse(&text);
    }

    #[test]
    fn no_near_token_panics(header in r#"\{"alg":"[A-Z]{2}256"(,"(kid|typ|crit)":("x"|1|null))?\}"#, payload in "[ -~]{0,40}", signature in "[A-Za-z0-9_=-]{0,20}") {
        let text = format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        if let Ok(compact) = CompactJwt::parse(&text) {
            let _ = compact.header(Algorithm::ALL);
        }
    }
}
