//! The errors of the site's server functions.

use leptos_auth0::{AuthError, server_fn_error};
use serde::{Deserialize, Serialize};

/// Reason why a request to this site failed. Each variant has one sentence for the user; none carries text of a lower
/// layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "details", rename_all = "snake_case")]
pub enum AppError {
    /// The product does not exist. 404.
    #[error("This product is not there any more.")]
    NotFound,
    /// The form has invalid fields. 422.
    #[error("Please correct the marked fields. Nothing was saved yet.")]
    Invalid(Vec<InvalidField>),
    /// The API rejected the request because of existing data. 409.
    #[error("There is no room for another one: the list is full.")]
    Conflict,
    /// The API limits the rate of requests. 429.
    #[error("That was a bit fast. Please wait a moment and try again.")]
    TooManyRequests,
    /// The login, the tokens or the call of the API failed.
    #[error(transparent)]
    #[serde(untagged)]
    Auth(#[from] AuthError),
}

server_fn_error!(
    AppError,
    AppError::NotFound => 404,
    AppError::Invalid(_) => 422,
    AppError::Conflict => 409,
    AppError::TooManyRequests => 429,
);

impl AppError {
    /// Returns the sentence for the user about the field called `name`; `None` if it is valid.
    pub fn sentence_for(&self, name: &str) -> Option<&'static str> {
        let Self::Invalid(fields) = self else {
            return None;
        };
        let invalid = fields.iter().find(|invalid| invalid.field.name() == name)?;
        Some(invalid.sentence())
    }
}

/// An invalid field of a form, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidField {
    /// The field.
    pub field: Field,
    /// The reason why it is invalid.
    pub reason: InvalidReason,
}

/// The fields of the forms on the products page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The name of the product.
    Name,
    /// The category of the product.
    Category,
    /// The price.
    Price,
    /// The number of pieces in stock.
    Stock,
}

/// Reason why a field is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    /// It is empty.
    Missing,
    /// It has more characters than the API accepts.
    TooLong,
    /// It is not a number of the expected kind.
    NotANumber,
    /// The number is larger than the API accepts.
    TooLarge,
    /// The API rejected it.
    Refused,
}

impl Field {
    /// Returns the field's name in forms and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Category => "category",
            Self::Price => "price",
            Self::Stock => "stock",
        }
    }
}

impl InvalidField {
    /// Returns the sentence for the user.
    pub fn sentence(self) -> &'static str {
        match (self.reason, self.field) {
            (InvalidReason::Missing, _) => "Please fill this in.",
            (InvalidReason::TooLong, Field::Name) => "Please use at most 80 characters.",
            (InvalidReason::TooLong, _) => "Please use at most 40 characters.",
            (InvalidReason::NotANumber, Field::Price) => "Please enter a price such as 12.50.",
            (InvalidReason::NotANumber, _) => "Please enter a whole number such as 4.",
            (InvalidReason::TooLarge, _) => "This number is too large.",
            (InvalidReason::Refused, _) => "This is not accepted here.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AppError, Field, InvalidField, InvalidReason};
    use leptos::server_fn::error::FromServerFnError as _;
    use leptos_auth0::{AuthError, ErrorStatus as _};

    fn all() -> [(AppError, u16, &'static str); 5] {
        let invalid = InvalidField {
            field: Field::Name,
            reason: InvalidReason::TooLong,
        };
        [
            (AppError::NotFound, 404, r#"{"code":"not_found"}"#),
            (
                AppError::Invalid(vec![invalid]),
                422,
                r#"{"code":"invalid","details":[{"field":"name","reason":"too_long"}]}"#,
            ),
            (AppError::Conflict, 409, r#"{"code":"conflict"}"#),
            (
                AppError::TooManyRequests,
                429,
                r#"{"code":"too_many_requests"}"#,
            ),
            (
                AppError::Auth(AuthError::SignInRequired),
                401,
                r#"{"code":"sign_in_required"}"#,
            ),
        ]
    }

    #[test]
    fn an_error_is_flat_json_with_its_code_and_comes_back_from_it() {
        for (error, status, json) in all() {
            assert_eq!(error.status(), status, "{json}");
            assert_eq!(error.ser(), json.as_bytes());
            assert_eq!(AppError::de(json.into()), error);
        }
    }

    #[test]
    fn an_unknown_code_is_an_internal_error() {
        for json in [r#"{"code":"from_the_future"}"#, "{}", "<html>", ""] {
            assert_eq!(AppError::de(json.into()), AuthError::Internal.into());
        }
    }

    #[test]
    fn a_field_has_the_sentence_of_its_own_problem_only() {
        let error = AppError::Invalid(vec![
            InvalidField {
                field: Field::Price,
                reason: InvalidReason::NotANumber,
            },
            InvalidField {
                field: Field::Stock,
                reason: InvalidReason::NotANumber,
            },
        ]);
        let price = error.sentence_for("price");
        assert_eq!(price, Some("Please enter a price such as 12.50."));
        let stock = error.sentence_for("stock");
        assert_eq!(stock, Some("Please enter a whole number such as 4."));
        assert_eq!(error.sentence_for("name"), None);
        assert_eq!(AppError::NotFound.sentence_for("name"), None);
    }
}
