//! Maps the errors of the products API. The browser receives errors of a closed list instead of the API's texts.

use crate::error::{AppError, Field, InvalidField, InvalidReason};
use axum_auth0::{ApiError, InvalidRequest};
use leptos_auth0::AuthError;
use serde_json::Value;

/// Maps the error of a call.
pub(super) fn map_error(error: ApiError) -> AppError {
    match error {
        ApiError::NotFound => AppError::NotFound,
        ApiError::Conflict => AppError::Conflict,
        ApiError::TooManyRequests { .. } => AppError::TooManyRequests,
        ApiError::Invalid { problem, .. } => rejected_fields(problem.json()),
        other => AppError::Auth(other.into()),
    }
}

/// Maps the error of a call for one product. A malformed identifier counts as an unknown product.
pub(super) fn map_item_error(error: ApiError) -> AppError {
    match error {
        ApiError::InvalidRequest(InvalidRequest::Path | InvalidRequest::TooLong) => {
            AppError::NotFound
        }
        other => map_error(other),
    }
}

/// Returns the fields that the API rejected.
fn rejected_fields(body: &Value) -> AppError {
    let fields = body["fields"].as_object();
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
            reason: InvalidReason::Refused,
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
    use super::{map_error, map_item_error, rejected_fields};
    use crate::error::{AppError, Field, InvalidField, InvalidReason};
    use axum_auth0::{ApiError, ApiProblem, InvalidRequest};
    use http::StatusCode;
    use leptos_auth0::{ApiFailure, AuthError};
    use serde_json::{Value, json};

    #[test]
    fn api_errors_map_to_app_errors() {
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
                AuthError::ApiUnavailable(ApiFailure::InvalidResponse).into(),
            ),
        ] {
            let text = error.to_string();
            assert_eq!(map_error(error), expected, "{text}");
        }
    }

    #[test]
    fn a_malformed_identifier_is_not_found() {
        for error in [InvalidRequest::Path, InvalidRequest::TooLong] {
            assert_eq!(map_item_error(error.into()), AppError::NotFound);
        }
        let internal = AppError::Auth(AuthError::Internal);
        assert_eq!(map_item_error(InvalidRequest::Body.into()), internal);
    }

    #[test]
    fn fields_that_the_api_rejected_are_invalid() {
        let rejected = json!({
            "error": "invalid_request",
            "fields": { "priceCents": "too much", "currency": "what?" },
        });
        let invalid = InvalidField {
            field: Field::Price,
            reason: InvalidReason::Refused,
        };
        assert_eq!(rejected_fields(&rejected), AppError::Invalid(vec![invalid]));
        for unknown in [Value::Null, json!({ "fields": 1 }), json!({ "fields": {} })] {
            let error = rejected_fields(&unknown);
            assert_eq!(error, AuthError::BadRequest.into(), "{unknown}");
        }
    }
}
