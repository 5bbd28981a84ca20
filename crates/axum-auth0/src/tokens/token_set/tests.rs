#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

#[test]
fn a_diagnosis_of_another_version_costs_neither_the_refresh_token_nor_the_back_off() {
    for diagnosis in [
        // The format from before diagnoses were data.
        json!({ "code": "wrong_audience", "cause": "c", "fix": "f" }),
        json!({ "a_diagnosis_of_the_future": { "audience": "a" } }),
        json!("a_diagnosis_of_the_future"),
    ] {
        let written = json!({
            "refresh_token": "r",
            "id_token": null,
            "asked": null,
            "held": [],
            "wrong": [
                { "audience": "a", "requested": [], "at": 1, "diagnosis": diagnosis },
                { "audience": "b", "requested": [], "at": 1, "diagnosis": "client_rejected" },
            ],
            "backoff": {
                "kind": "misconfigured",
                "failures": 2,
                "failed_at": 1,
                "retry_at": 5,
                "diagnosis": diagnosis,
            },
        });
        let set: TokenSet = serde_json::from_value(written).unwrap();
        assert_eq!(set.refresh_token.as_deref(), Some("r"));
        let rejected: Vec<_> = set.rejected.iter().map(|it| &it.diagnosis).collect();
        assert_eq!(rejected, [&Diagnosis::ClientRejected], "{diagnosis}");
        let backoff = set.backoff.unwrap();
        assert_eq!((backoff.retry_at, backoff.diagnosis), (5, None));
    }
}

#[test]
fn the_store_keeps_a_diagnosis_as_data() {
    let diagnosis = Diagnosis::ExpiredToken { seconds: 9 };
    let written = serde_json::to_value(&diagnosis).unwrap();
    assert_eq!(written, json!({ "expired_token": { "seconds": 9 } }));
    let read: Diagnosis = serde_json::from_value(written).unwrap();
    assert_eq!(read, diagnosis);
}

#[test]
fn a_set_of_the_previous_version_opens_and_is_written_with_the_same_names() {
    let written = json!({
        "refresh_token": "r",
        "id_token": "i",
        "asked": { "audience": "a", "scope": ["openid"], "by_resource": false },
        "held": [{
            "audience": "a",
            "requested": ["read"],
            "scope": ["read"],
            "token": "t",
            "obtained_at": 1_800_000_000,
            "expires_at": 1_800_003_600,
            "on_demand": false,
            "is_extra": false,
            "is_spent": false,
        }],
        "wrong": [],
        "backoff": {
            "kind": "down",
            "failures": 2,
            "failed_at": 1_800_000_010,
            "retry_at": 1_800_000_014,
            "is_requested": false,
            "rejections": 0,
            "rejected_since": 1_800_000_010,
            "diagnosis": null,
        },
        "evicted_at": 5,
        "unsettled": true,
        "revoked": false,
    });
    let secrets = ["a secret of at least 32 bytes, for a test".into()];
    let keys = Keyring::new(&secrets, crate::random::SystemRandom::shared());
    let id: LoginId = serde_json::from_value(vec![7; 16].into()).unwrap();
    let sealed = keys.seal(
        Purpose::Tokens,
        id.as_bytes(),
        written.to_string().as_bytes(),
    );
    let set = TokenSet::open(&keys, &id, &sealed).unwrap();
    assert_eq!(set.refresh_token.as_deref(), Some("r"));
    assert_eq!(set.cached[0].token, "t");
    assert!(set.requested_grant.is_some() && set.backoff.is_some());
    assert!(set.refresh_outcome_unknown);
    assert_eq!(serde_json::to_value(&set).unwrap(), written);
}

#[test]
fn a_logout_reads_the_tokens_of_a_set_of_another_version() {
    let secrets = ["a secret of at least 32 bytes, for a test".into()];
    let keys = Keyring::new(&secrets, crate::random::SystemRandom::shared());
    let id: LoginId = serde_json::from_value(vec![7; 16].into()).unwrap();
    for (plain, refresh_token, id_token) in [
        (
            r#"{"refresh_token":"r","id_token":"i","held":"of the future"}"#,
            Some("r"),
            Some("i"),
        ),
        (r#"{"refresh_token":"r"}"#, Some("r"), None),
        (
            r#"{"refresh_token":{"sealed":"r"},"id_token":"i"}"#,
            None,
            Some("i"),
        ),
        ("[]", None, None),
    ] {
        let sealed = keys.seal(Purpose::Tokens, id.as_bytes(), plain.as_bytes());
        assert!(TokenSet::open(&keys, &id, &sealed).is_err(), "{plain}");
        let tokens = TokenSet::open_for_logout(&keys, &id, &sealed).unwrap();
        assert_eq!(tokens.refresh_token.as_deref(), refresh_token, "{plain}");
        assert_eq!(tokens.id_token.as_deref(), id_token, "{plain}");
    }
    for sealed in [&b""[..], b"x", &[1; 200]] {
        assert!(TokenSet::open_for_logout(&keys, &id, sealed).is_err());
    }
}
