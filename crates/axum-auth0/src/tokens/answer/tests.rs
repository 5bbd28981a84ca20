#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;

fn answered(status: u16, media_type: &str, body: &str) -> Answered {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .body(body.as_bytes().to_vec())
        .unwrap();
    read(&response, None)
}

fn json_answer(status: u16, body: &Value) -> Answered {
    answered(status, "application/json", &body.to_string())
}

/// An answer with these members beside the ones that it needs.
fn tokens(extra: &Value) -> TokenAnswer {
    let mut body = json!({ "access_token": "a", "token_type": "Bearer" });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    json_answer(200, &body).tokens.unwrap()
}

#[test]
fn a_lifetime_is_read_however_it_is_written_and_nonsense_is_as_if_unsaid() {
    for (written, read) in [
        (json!(3600), Some(3600)),
        (json!("3600"), Some(3600)),
        (json!(3600.9), Some(3600)),
        (json!(0), Some(0)),
        (json!(-1), None),
        (json!(-5), Some(0)),
        (json!("-3600"), Some(0)),
        (json!(1e18), None),
        (json!(u64::MAX), None),
        (json!("soon"), None),
        (json!(null), None),
    ] {
        let answer = tokens(&json!({ "expires_in": written }));
        assert_eq!(answer.expires_in, read, "{written}");
    }
}

#[test]
fn a_scope_may_be_an_array_and_empty_members_are_absent() {
    let answer = tokens(&json!({ "scope": ["a", "b"], "refresh_token": "", "id_token": "x.y.z" }));
    assert_eq!(answer.scope, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(answer.refresh_token, None);
    assert_eq!(answer.id_token.as_deref(), Some("x.y.z"));
    for empty in [json!(null), json!("")] {
        let answer = tokens(&json!({ "scope": empty, "id_token": empty, "refresh_token": empty }));
        assert_eq!((answer.scope, answer.id_token), (None, None), "{empty}");
        assert_eq!(answer.refresh_token, None, "{empty}");
    }
}

#[test]
fn a_new_refresh_token_is_kept_whatever_is_wrong_with_the_rest() {
    for body in [
        json!({ "refresh_token": "new", "access_token": "a", "token_type": "mac" }),
        json!({ "refresh_token": "new", "access_token": "a", "token_type": null }),
        json!({ "refresh_token": "new", "access_token": "a", "token_type": ["Bearer"] }),
        json!({ "refresh_token": "new", "access_token": "a" }),
        json!({ "refresh_token": "new", "access_token": null, "token_type": "Bearer" }),
        json!({ "refresh_token": "new", "access_token": 5, "token_type": "Bearer" }),
        json!({ "refresh_token": "new" }),
    ] {
        let answered = json_answer(200, &body);
        let kept = answered.refresh_token.unwrap();
        assert_eq!(kept.expose_secret(), "new", "{body}");
        let error = answered.tokens.unwrap_err();
        assert!(matches!(error, EndpointError::InvalidResponse(_)), "{body}");
        assert!(!format!("{error} {error:?}").contains("new"));
    }
    let refused = json_answer(400, &json!({ "error": "x", "refresh_token": "new" }));
    assert!(refused.refresh_token.is_none(), "it is no token response");
}

#[test]
fn an_error_in_the_body_counts_before_the_status() {
    for (status, media_type) in [
        (200, "application/json"),
        (201, "application/json"),
        (400, "text/html; charset=utf-8"),
        (403, "text/plain"),
        (408, "application/json"),
        (302, "application/json"),
    ] {
        let body = r#"{"error":"invalid_grant","error_description":""}"#;
        for body in [body.to_owned(), format!("\u{feff}{body}")] {
            let error = answered(status, media_type, &body).tokens.unwrap_err();
            assert!(
                matches!(&error, EndpointError::Refused { code, description: None } if code == "invalid_grant"),
                "{status}: {error:?}"
            );
        }
    }
    for status in [429, 500, 503] {
        let error = json_answer(status, &json!({ "error": "invalid_grant" })).tokens;
        let error = error.unwrap_err();
        assert!(
            matches!(error, EndpointError::Unavailable { .. }),
            "{status}"
        );
    }
}

#[test]
fn what_is_between_us_and_the_provider_is_told_from_the_provider() {
    let kind = |status, media_type, body| match answered(status, media_type, body).tokens {
        Err(EndpointError::Intercepted { .. }) => "intercepted",
        Err(EndpointError::Rejected { .. }) => "rejected",
        Err(EndpointError::InvalidResponse(_)) => "unintelligible",
        Err(EndpointError::Unavailable { .. }) => "unavailable",
        other => panic!("{other:?}"),
    };
    for (status, media_type, body, expected) in [
        (403, "text/html", "<h1>Blocked</h1>", "intercepted"),
        (404, "Text/HTML; charset=utf-8", "", "intercepted"),
        (400, "", "\n <!DOCTYPE html>", "intercepted"),
        (
            403,
            "application/xml",
            "<?xml version='1.0'?>",
            "intercepted",
        ),
        (200, "text/html", "<form>", "intercepted"),
        (408, "text/plain", "", "intercepted"),
        (307, "text/plain", "", "intercepted"),
        (400, "text/plain", "", "rejected"),
        (401, "text/plain", "Invalid refresh token.", "rejected"),
        (403, "text/plain", "Forbidden", "rejected"),
        (404, "application/json", "{}", "rejected"),
        (400, "application/json", r#"{"error":null}"#, "rejected"),
        (200, "application/json", "", "unintelligible"),
        (204, "", "", "unintelligible"),
        (200, "application/json", "[]", "unintelligible"),
        (502, "text/html", "<h1>Bad Gateway</h1>", "unavailable"),
        (
            400,
            "application/json",
            r#"{"error":"slow_down"}"#,
            "unavailable",
        ),
    ] {
        assert_eq!(kind(status, media_type, body), expected, "{status} {body}");
    }
}

#[test]
fn one_member_that_cannot_be_read_costs_neither_the_refresh_token_nor_the_error() {
    let bodies: [&[u8]; 3] = [
        b"{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"note\":\"\xfc\"}",
        b"{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":1e400}",
        b"\xef\xbb\xbf{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"n\":-1e999}",
    ];
    for body in bodies {
        let answered = read(&Response::new(body.to_vec()), None);
        let text = String::from_utf8_lossy(body);
        assert!(answered.tokens.is_ok(), "{text}");
        assert_eq!(
            answered.refresh_token.unwrap().expose_secret(),
            "new",
            "{text}"
        );
    }
    let body = b"{\"error\":\"invalid_grant\",\"error_description\":\"ung\xfcltig\"}";
    let response = Response::builder().status(400).body(body.to_vec());
    let error = read(&response.unwrap(), None).tokens.unwrap_err();
    assert!(matches!(error, EndpointError::Refused { code, .. } if code == "invalid_grant"));
}

#[test]
fn a_compressed_answer_is_named_and_is_no_rejection() {
    for (status, coding, named) in [
        (200, "gzip", "gzip"),
        (400, "br", "br"),
        (403, "zstd", "zstd"),
        (401, "compress", "Content-Encoding"),
    ] {
        let response = Response::builder()
            .status(status)
            .header(header::CONTENT_ENCODING, coding)
            .body(vec![0x1f, 0x8b, 8, 0]);
        let error = read(&response.unwrap(), None).tokens.unwrap_err();
        assert!(
            matches!(error, EndpointError::InvalidResponse(_)),
            "{coding}"
        );
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn an_oauth_error_with_the_status_of_a_proxy_is_no_word_of_the_provider() {
    for status in [302, 407, 408] {
        let error = json_answer(status, &json!({ "error": "invalid_request" })).tokens;
        assert!(
            matches!(error, Err(EndpointError::Intercepted { .. })),
            "{status}"
        );
    }
}

#[test]
fn a_revocation_is_a_success_unless_its_body_says_otherwise() {
    for (media_type, body, otherwise) in [
        ("text/html", "", false),
        ("application/json", "{}", false),
        ("text/plain", "OK", false),
        ("application/json", r#"{"error":null}"#, false),
        (
            "application/json",
            r#"{"error":"unsupported_token_type"}"#,
            true,
        ),
        ("text/html", "<h1>Log in</h1>", true),
        ("", "<!DOCTYPE html>", true),
    ] {
        let response = Response::builder()
            .header(header::CONTENT_TYPE, media_type)
            .body(body.as_bytes().to_vec());
        assert_eq!(says_otherwise(&response.unwrap()), otherwise, "{body}");
    }
}
