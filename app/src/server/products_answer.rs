//! What the products API's refusals mean. Its texts stay here: the browser gets errors of a closed list.

use crate::{AppError, Field, FieldFault, InvalidField};
use axum_auth0::{ApiError, InvalidRequest};
use leptos_auth0::AuthError;
use serde_json::Value;

/// What it means that a call failed.
pub(super) fn meaning(error: ApiError) -> AppError {
    match error {
        ApiError::NotFound => AppError::NotFound,
        ApiError::Conflict => AppError::Conflict,
        ApiError::TooManyRequests { .. } => AppError::TooManyRequests,
        ApiError::Invalid { problem, .. } => refused_fields(problem.json()),
        other => AppError::Auth(other.into()),
    }
}

/// What it means that a call failed which named a product: an identifier that can be none names nothing.
pub(super) fn of_one(error: ApiError) -> AppError {
    match error {
        ApiError::InvalidRequest(InvalidRequest::Path | InvalidRequest::TooLong) => {
            AppError::NotFound
        }
        other => meaning(other),
    }
}

/// The fields that the API refused, by its names for them.
fn refused_fields(refusal: &Value) -> AppError {
    let fields = refusal["fields"].as_object();
    let invalid: Vec<_> = fields
        .into_iter()
        .flat_map(|fields| fields.keys())
        .filter_map(|field| match field.as_str() {
            "name" => Some(Field::Name),
            "category" => Some(Field::Category),
            "priceCents" => Some(Field::Price),
            "stock" => Some(Field::Stock),
            _ => None,
        })
        .map(|field| InvalidField {
            field,
            fault: FieldFault::Refused,
        })
        .collect();
    if invalid.is_empty() {
        AuthError::BadRequest.into()
    } else {
        AppError::Invalid(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{meaning, of_one, refused_fields};
    use crate::{AppError, Field, FieldFault, InvalidField};
    use axum_auth0::{ApiError, ApiProblem, InvalidRequest};
    use http::StatusCode;
    use leptos_auth0::{ApiFault, AuthError};
    use serde_json::{Value, json};

    #[test]
    fn what_the_api_refuses_has_its_meaning_here() {
        for (error, expected) in [
            (ApiError::NotFound, AppError::NotFound),
            (ApiError::Conflict, AppError::Conflict),
            (
                ApiError::TooManyRequests { retry_after: None },
                AppError::TooManyRequests,
            ),
            (
                ApiError::Invalid {
                    status: StatusCode::BAD_REQUEST,
                    problem: ApiProblem::default(),
                },
                AuthError::BadRequest.into(),
            ),
            (ApiError::Forbidden, AuthError::Forbidden.into()),
            (
                ApiError::UnexpectedJson,
                AuthError::ApiUnavailable(ApiFault::BadAnswer).into(),
            ),
        ] {
            let text = error.to_string();
            assert_eq!(meaning(error), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_an_identifier_names_no_product() {
        for fault in [InvalidRequest::Path, InvalidRequest::TooLong] {
            assert_eq!(of_one(fault.into()), AppError::NotFound);
        }
        let internal = AppError::Auth(AuthError::Internal);
        assert_eq!(of_one(InvalidRequest::Body.into()), internal);
    }

    #[test]
    fn the_fields_that_the_api_refused_are_marked() {
        let refused = json!({
            "error": "invalid_request",
            "fields": { "priceCents": "too much", "currency": "what?" },
        });
        let invalid = InvalidField {
            field: Field::Price,
            fault: FieldFault::Refused,
        };
        assert_eq!(refused_fields(&refused), AppError::Invalid(vec![invalid]));
        for unknown in [Value::Null, json!({ "fields": 1 }), json!({ "fields": {} })] {
            let meaning = refused_fields(&unknown);
            assert_eq!(meaning, AuthError::BadRequest.into(), "{unknown}");
        }
    }
}
