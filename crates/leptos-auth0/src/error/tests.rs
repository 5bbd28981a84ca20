use super::{ApiFailure, AuthError, ErrorBody, Explanation, ServerFnErrorExt as _, decode_error};

fn all() -> Vec<AuthError> {
    vec![
        AuthError::SignInRequired,
        AuthError::Forbidden,
        AuthError::UserChanged,
        AuthError::Misconfigured(Explanation {
            code: "audience_missing".into(),
            cause: "AUTH0_AUDIENCE is not set.".into(),
            fix: "Set it.".into(),
        }),
        AuthError::ProviderUnavailable {
            retry_after_secs: Some(7),
        },
        AuthError::ProviderUnavailable {
            retry_after_secs: None,
        },
        AuthError::StoreUnavailable,
        AuthError::ApiUnavailable(ApiFailure::InvalidResponse),
        AuthError::ApiUnavailable(ApiFailure::Busy),
        AuthError::ApiUnavailable(ApiFailure::TimedOut),
        AuthError::BadRequest,
        AuthError::Network,
        AuthError::Internal,
    ]
}

#[test]
fn every_error_round_trips_through_json() {
    for error in all() {
        let body = ErrorBody::from(error.clone());
        let json = serde_json::to_vec(&body).expect("JSON");
        assert_eq!(decode_error::<AuthError>(json.into()), error);
    }
}

#[test]
fn every_error_has_a_unique_code_and_an_error_status() {
    let mut codes: Vec<_> = all().iter().map(AuthError::code).collect();
    codes.dedup();
    codes.sort_unstable();
    let with_repeats = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), with_repeats);
    assert!(
        all()
            .iter()
            .all(|error| (400..=504).contains(&error.status()))
    );
}

#[test]
fn an_error_without_details_is_an_object_with_its_code() {
    let body = ErrorBody::from(AuthError::SignInRequired);
    let json = serde_json::to_string(&body).expect("JSON");
    assert_eq!(json, r#"{"code":"sign_in_required"}"#);
}

#[test]
fn invalid_json_decodes_as_an_internal_error() {
    for invalid in [
        &b""[..],
        b"<html>",
        b"{}",
        b"{\"code\":7}",
        b"{\"code\":\"from the future\"}",
        b"\xff\xfe",
    ] {
        let error = decode_error::<AuthError>(invalid.to_vec().into());
        assert_eq!(error, AuthError::Internal);
    }
}
