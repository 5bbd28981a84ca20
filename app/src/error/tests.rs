use super::{AppError, Field, InvalidField, InvalidReason};
use leptos::server_fn::error::FromServerFnError as _;
use leptos_auth0::{AuthError, ServerFnErrorExt as _};

#[test]
fn every_error_round_trips_through_json() {
    for error in [
        AppError::Auth(AuthError::SignInRequired),
        AppError::SessionExpiredDuringSubmit,
        AppError::NotFound,
        AppError::Conflict,
        AppError::TooManyRequests,
        AppError::Invalid(vec![
            InvalidField {
                field: Field::Name,
                reason: InvalidReason::TooLong,
            },
            InvalidField {
                field: Field::Stock,
                reason: InvalidReason::NotANumber,
            },
        ]),
    ] {
        assert_eq!(AppError::de(error.ser()), error);
    }
}

#[test]
fn an_error_has_the_status_that_programs_expect() {
    for (error, status) in [
        (AppError::Auth(AuthError::SignInRequired), 401),
        (AppError::NotFound, 404),
        (AppError::Conflict, 409),
        (AppError::Invalid(Vec::new()), 422),
        (AppError::TooManyRequests, 429),
        (AppError::Auth(AuthError::StoreUnavailable), 503),
    ] {
        assert_eq!(error.status(), status);
    }
}

#[test]
fn an_invalid_field_is_named_in_the_json() {
    let error = AppError::Invalid(vec![InvalidField {
        field: Field::Price,
        reason: InvalidReason::TooLarge,
    }]);
    assert_eq!(
        &error.ser()[..],
        br#"{"code":"invalid","fields":[{"field":"price","problem":"too_large"}]}"#
    );
    assert_eq!(
        error.reason_for(Field::Price),
        Some(InvalidReason::TooLarge)
    );
    assert_eq!(error.reason_for(Field::Name), None);
}

#[test]
fn an_unknown_code_in_the_query_is_an_internal_error() {
    let forged = "<script>alert(1)</script>".to_owned();
    assert_eq!(
        AppError::from_code(forged),
        AppError::Auth(AuthError::Internal)
    );
}
