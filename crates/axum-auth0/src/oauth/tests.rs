#![expect(clippy::unwrap_used, reason = "tests")]

use http::{Response, header};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{
    EndpointError, EndpointResponse, ProviderLogout, TokenResponse, response::reports_failure,
};

fn read(response: &Response<Vec<u8>>) -> EndpointResponse {
    EndpointResponse::read(response, None, None)
}

fn response(status: u16, media_type: &str, body: &str) -> EndpointResponse {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .body(body.as_bytes().to_vec())
        .unwrap();
    read(&response)
}

fn json_response(status: u16, body: &Value) -> EndpointResponse {
    response(status, "application/json", &body.to_string())
}

/// Returns a token response with the required members and `extra`.
fn tokens(extra: &Value) -> TokenResponse {
    let mut body = json!({ "access_token": "a", "token_type": "Bearer" });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    json_response(200, &body).tokens.unwrap()
}

#[test]
fn expires_in_is_a_number_or_a_string_and_absent_if_it_is_not_a_lifetime() {
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
        let response = tokens(&json!({ "expires_in": written }));
        assert_eq!(response.expires_in, read, "{written}");
    }
}

#[test]
fn scope_may_be_an_array_and_empty_members_are_absent() {
    let response =
        tokens(&json!({ "scope": ["a", "b"], "refresh_token": "", "id_token": "x.y.z" }));
    assert_eq!(response.scope, Some(vec!["a".to_owned(), "b".to_owned()]));
    for (written, granted) in [
        (json!("a  b"), Some(vec!["a".to_owned(), "b".to_owned()])),
        (json!([]), Some(vec![])),
        (json!(["a", 5]), Some(vec![])),
        (json!(5), None),
    ] {
        assert_eq!(
            tokens(&json!({ "scope": written })).scope,
            granted,
            "{written}"
        );
    }
    assert_eq!(response.refresh_token, None);
    assert_eq!(response.id_token.as_deref(), Some("x.y.z"));
    for empty in [json!(null), json!("")] {
        let response =
            tokens(&json!({ "scope": empty, "id_token": empty, "refresh_token": empty }));
        assert_eq!((response.scope, response.id_token), (None, None), "{empty}");
        assert_eq!(response.refresh_token, None, "{empty}");
    }
}

#[test]
fn a_new_refresh_token_is_kept_even_if_the_rest_is_invalid() {
    for body in [
        json!({ "refresh_token": "new", "access_token": "a", "token_type": "mac" }),
        json!({ "refresh_token": "new", "access_token": "a", "token_type": null }),
        json!({ "refresh_token": "new", "access_token": "a", "token_type": ["Bearer"] }),
        json!({ "refresh_token": "new", "access_token": "a" }),
        json!({ "refresh_token": "new", "access_token": null, "token_type": "Bearer" }),
        json!({ "refresh_token": "new", "access_token": 5, "token_type": "Bearer" }),
        json!({ "refresh_token": "new" }),
    ] {
        let response = json_response(200, &body);
        let kept = response.refresh_token.unwrap();
        assert_eq!(kept.expose_secret(), "new", "{body}");
        let error = response.tokens.unwrap_err();
        assert!(matches!(error, EndpointError::InvalidResponse(_)), "{body}");
        assert!(!format!("{error} {error:?}").contains("new"));
    }
    let refused = json_response(400, &json!({ "error": "x", "refresh_token": "new" }));
    assert!(
        refused.refresh_token.is_none(),
        "it is not a token response"
    );
}

#[test]
fn an_error_in_the_body_takes_precedence_over_the_status() {
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
            let error = response(status, media_type, &body).tokens.unwrap_err();
            assert!(
                matches!(&error, EndpointError::ErrorResponse { code, description: None } if code == "invalid_grant"),
                "{status}: {error:?}"
            );
        }
    }
    for status in [429, 500, 503] {
        let error = json_response(status, &json!({ "error": "invalid_grant" })).tokens;
        let error = error.unwrap_err();
        assert!(
            matches!(error, EndpointError::Unavailable { .. }),
            "{status}"
        );
    }
}

#[test]
fn responses_of_a_proxy_are_told_from_those_of_the_provider() {
    let kind = |status, media_type, body| match response(status, media_type, body).tokens {
        Err(EndpointError::Intercepted { .. }) => "intercepted",
        Err(EndpointError::UnexpectedStatus { .. }) => "unexpected status",
        Err(EndpointError::InvalidResponse(_)) => "invalid",
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
        (400, "text/plain", "", "unexpected status"),
        (
            401,
            "text/plain",
            "Invalid refresh token.",
            "unexpected status",
        ),
        (403, "text/plain", "Forbidden", "unexpected status"),
        (404, "application/json", "{}", "unexpected status"),
        (
            400,
            "application/json",
            r#"{"error":null}"#,
            "unexpected status",
        ),
        (200, "application/json", "", "invalid"),
        (204, "", "", "invalid"),
        (200, "application/json", "[]", "invalid"),
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
fn an_unreadable_member_loses_neither_the_refresh_token_nor_the_error() {
    let bodies: [&[u8]; 3] = [
        b"{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"note\":\"\xfc\"}",
        b"{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":1e400}",
        b"\xef\xbb\xbf{\"refresh_token\":\"new\",\"access_token\":\"a\",\"token_type\":\"Bearer\",\"n\":-1e999}",
    ];
    for body in bodies {
        let response = read(&Response::new(body.to_vec()));
        let text = String::from_utf8_lossy(body);
        assert!(response.tokens.is_ok(), "{text}");
        assert_eq!(
            response.refresh_token.unwrap().expose_secret(),
            "new",
            "{text}"
        );
    }
    let body = b"{\"error\":\"invalid_grant\",\"error_description\":\"ung\xfcltig\"}";
    let response = Response::builder().status(400).body(body.to_vec());
    let error = read(&response.unwrap()).tokens.unwrap_err();
    assert!(matches!(error, EndpointError::ErrorResponse { code, .. } if code == "invalid_grant"));
}

#[test]
fn a_compressed_response_is_invalid_and_the_error_names_the_coding() {
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
        let error = read(&response.unwrap()).tokens.unwrap_err();
        assert!(
            matches!(error, EndpointError::InvalidResponse(_)),
            "{coding}"
        );
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn an_oauth_error_with_a_proxy_status_is_not_from_the_provider() {
    for status in [302, 407, 408] {
        let error = json_response(status, &json!({ "error": "invalid_request" })).tokens;
        assert!(
            matches!(error, Err(EndpointError::Intercepted { .. })),
            "{status}"
        );
    }
}

#[test]
fn a_revocation_succeeds_unless_the_body_reports_a_failure() {
    for (media_type, body, fails) in [
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
        assert_eq!(reports_failure(&response.unwrap()), fails, "{body}");
    }
}

#[test]
fn debug_shows_no_token_of_a_logout_or_a_response() {
    let logout = ProviderLogout {
        return_to: None,
        id_token: Some("canary"),
        session: Some("canary"),
        federated: false,
    };
    let body = json!({
        "access_token": "canary", "refresh_token": "canary", "id_token": "canary", "token_type": "mac",
    });
    let refused = json_response(200, &body);
    assert!(!refused.issued().is_empty());
    for text in [
        format!("{logout:?}"),
        format!("{refused:?}"),
        format!(
            "{:?}",
            tokens(&json!({ "refresh_token": "canary", "id_token": "canary" }))
        ),
    ] {
        assert!(!text.contains("canary"), "{text}");
    }
}
