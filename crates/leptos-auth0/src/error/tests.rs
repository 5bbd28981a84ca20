use super::{
    AccessDenied, ApiFailure, AuthError, ErrorStatus as _, Explanation, GrantKind, MissingGrant,
    StepUpLogin,
};
use crate::server_fn_error_private::ErrorEncoding;
use leptos::server_fn::{Encodes as _, error::FromServerFnError as _};

fn all() -> Vec<AuthError> {
    vec![
        AuthError::SignInRequired,
        AuthError::StepUpRequired(StepUpLogin {
            max_age: Some(300),
            acr_values: vec!["gold".into()],
            login_url: "/auth/login".into(),
        }),
        AuthError::Forbidden,
        AuthError::AccessDenied(lacks_a_role()),
        AuthError::UserChanged,
        AuthError::Misconfigured(Explanation {
            code: "audience_missing".into(),
            cause: "AUTH0_AUDIENCE is not set.".into(),
            fix: Some("Set it.".into()),
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

fn lacks_a_role() -> AccessDenied {
    let grant = |kind, any_of: &[&str]| MissingGrant {
        kind,
        any_of: any_of.iter().map(|&value| value.to_owned()).collect(),
    };
    AccessDenied {
        missing: vec![
            grant(GrantKind::Role, &["manager", "owner"]),
            grant(GrantKind::Permission, &["read:reports"]),
        ],
    }
}

#[test]
fn a_user_without_access_is_told_what_is_missing() {
    let text = AuthError::AccessDenied(lacks_a_role()).to_string();
    let expected = "Your account is not allowed to do this. It lacks one of the roles manager, owner and the permission \
                    read:reports.";
    assert_eq!(text, expected);
    let text = AuthError::AccessDenied(AccessDenied::default()).to_string();
    assert_eq!(text, "Your account is not allowed to do this.");
}

#[test]
fn every_error_round_trips_through_json() {
    for error in all() {
        let json = ErrorEncoding::encode(&error).expect("JSON");
        assert_eq!(AuthError::de(json), error);
    }
}

#[test]
fn every_error_has_an_error_status() {
    assert!(
        all()
            .iter()
            .all(|error| (400..=504).contains(&error.status()))
    );
}

#[test]
fn an_error_is_an_object_with_its_code_and_its_details() {
    for (error, expected) in [
        (AuthError::SignInRequired, r#"{"code":"sign_in_required"}"#),
        (
            AuthError::ApiUnavailable(ApiFailure::TimedOut),
            r#"{"code":"api_unavailable","details":"timed_out"}"#,
        ),
        (
            AuthError::ProviderUnavailable {
                retry_after_secs: Some(7),
            },
            r#"{"code":"provider_unavailable","details":{"retry_after_secs":7}}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&error).expect("JSON"), expected);
    }
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
        let error = AuthError::de(invalid.to_vec().into());
        assert_eq!(error, AuthError::Internal);
    }
}

/// A layer of the engine can reject the call of a server function before the function runs.
#[cfg(feature = "ssr")]
#[tokio::test]
async fn the_rejection_of_a_request_without_a_user_decodes_as_its_error() {
    use axum::{body::to_bytes, response::IntoResponse as _};
    use axum_auth0::{NotSignedIn, StepUp, StepUpRequired};
    use std::time::Duration;

    for (rejection, expected) in [
        (NotSignedIn::Anonymous, AuthError::SignInRequired),
        (NotSignedIn::Unavailable, AuthError::StoreUnavailable),
    ] {
        let response = rejection.into_response();
        assert_eq!(response.status().as_u16(), expected.status());
        let body = to_bytes(response.into_body(), 1024).await.expect("a body");
        assert_eq!(AuthError::de(body), expected);
    }
    let step_up = StepUp::recent_auth(Duration::from_mins(5)).and(StepUp::acr(["gold"]));
    let response = StepUpRequired(step_up).into_response();
    let body = to_bytes(response.into_body(), 1024).await.expect("a body");
    let expected = StepUpLogin {
        max_age: Some(300),
        acr_values: vec!["gold".into()],
        // Added by the engine's layer.
        login_url: String::new(),
    };
    assert_eq!(AuthError::de(body), AuthError::StepUpRequired(expected));
    let denied = axum_auth0::AccessDenied {
        missing: vec![axum_auth0::MissingGrant {
            kind: axum_auth0::GrantKind::Role,
            any_of: vec!["manager".into()],
        }],
    };
    let response = denied.clone().into_response();
    assert_eq!(response.status().as_u16(), 403);
    let body = to_bytes(response.into_body(), 1024).await.expect("a body");
    assert_eq!(AuthError::de(body), AuthError::from(denied));
}
