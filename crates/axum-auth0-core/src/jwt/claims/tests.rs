#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn claims(value: Value) -> Claims {
    Claims::new(serde_json::from_value(value).unwrap())
}

#[test]
fn numeric_dates_are_numbers_and_nothing_else() {
    for (value, expected) in [
        (json!(1_700_000_000), Some(1_700_000_000)),
        (json!(1_700_000_000.9), Some(1_700_000_000)),
        (json!(0), Some(0)),
        (json!(-5), Some(-5)),
        (json!(-0.5), Some(-1)),
        (json!("1700000000"), None),
        (json!(true), None),
        (json!(1.796E9), Some(1_796_000_000)),
        (json!(1_796_000_000.336), Some(1_796_000_000)),
        (json!(" 1700000000"), None),
        (json!([1_700_000_000]), None),
        (json!({}), None),
        (json!(1e308), None),
        (json!(-1e308), None),
        (json!(u64::MAX), None),
        (json!(i64::MAX), None),
    ] {
        let claims = claims(json!({ "exp": value }));
        assert_eq!(
            claims.numeric_date("exp"),
            expected.map(Some).ok_or(ClaimError::Malformed("exp")),
            "{:?}",
            claims.get("exp")
        );
    }
    assert_eq!(
        claims(json!({})).required_numeric_date("exp"),
        Err(ClaimError::Missing("exp"))
    );
    for empty in [json!(null), json!("")] {
        let claims = claims(json!({ "exp": empty }));
        assert_eq!(claims.numeric_date("exp"), Ok(None));
        assert_eq!(
            claims.required_numeric_date("exp"),
            Err(ClaimError::Empty("exp"))
        );
    }
}

#[test]
fn an_audience_is_one_string_or_an_array_of_strings() {
    for (value, expected) in [
        (json!("api"), Some(vec!["api"])),
        (json!(["api"]), Some(vec!["api"])),
        (json!(["api", "userinfo"]), Some(vec!["api", "userinfo"])),
        (json!(""), None),
        (json!([]), None),
        (json!(["api", 1]), None),
        (json!([["api"]]), None),
        (json!(7), None),
        (json!(null), None),
        (json!({"api": true}), None),
    ] {
        let claims = claims(json!({ "aud": value }));
        assert_eq!(claims.audience().ok(), expected, "{:?}", claims.get("aud"));
    }
}

#[test]
fn strings_are_strings_and_an_empty_one_is_absent() {
    let claims = claims(json!({ "sub": "auth0|alice", "empty": "", "number": 5, "null": null }));
    assert_eq!(claims.required_string("sub"), Ok("auth0|alice"));
    assert_eq!(
        claims.string("number"),
        Err(ClaimError::Malformed("number"))
    );
    for (name, error) in [
        ("empty", ClaimError::Empty("empty")),
        ("null", ClaimError::Empty("null")),
        ("absent", ClaimError::Missing("absent")),
    ] {
        assert_eq!(claims.string(name), Ok(None), "{name}");
        assert!(!claims.has(name), "{name}");
        assert_eq!(claims.required_string(name), Err(error), "{name}");
        assert_eq!(error.claim(), name);
    }
}

#[test]
fn debug_shows_names_and_no_values() {
    let shown = format!("{:?}", claims(json!({ "email": "alice@example.com" })));
    assert_eq!(shown, r#"{"email"}"#);
}
