use super::{AppError, Field, FieldFault, InvalidField};
use leptos::server_fn::error::FromServerFnError as _;
use leptos_auth0::{AuthError, ServerFnAnswer as _};

#[test]
fn every_error_survives_the_way_to_the_browser() {
    for error in [
        AppError::Auth(AuthError::SignInRequired),
        AppError::Unsent,
        AppError::NotFound,
        AppError::Conflict,
        AppError::TooManyRequests,
        AppError::Invalid(vec![
            InvalidField {
                field: Field::Name,
                fault: FieldFault::TooLong,
            },
            InvalidField {
                field: Field::Stock,
                fault: FieldFault::NotANumber,
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
fn a_refused_field_is_named_on_the_wire() {
    let error = AppError::Invalid(vec![InvalidField {
        field: Field::Price,
        fault: FieldFault::TooLarge,
    }]);
    assert_eq!(
        &error.ser()[..],
        br#"{"code":"invalid","fields":[{"field":"price","problem":"too_large"}]}"#
    );
    assert_eq!(error.fault_of(Field::Price), Some(FieldFault::TooLarge));
    assert_eq!(error.fault_of(Field::Name), None);
}

#[test]
fn an_unknown_code_in_the_address_is_an_error_without_text_of_its_own() {
    let forged = "<script>alert(1)</script>".to_owned();
    assert_eq!(
        AppError::from_code(forged),
        AppError::Auth(AuthError::Internal)
    );
}
