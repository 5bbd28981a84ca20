//! The closed list of the site's errors that the browser may receive.

use leptos::server_fn::{
    Bytes,
    error::{FromServerFnError, ServerFnErrorErr},
};
use leptos_auth0::{
    AuthError, ErrorBody, ErrorJson, FieldProblem, ServerFnErrorExt, decode_error, encode_error,
};

/// Reason why a request to this site failed. Each variant has one sentence for the user; none carries text of a lower
/// layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// The login, the tokens or the call of the API failed.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The session expired before the form was submitted; the page shows the form again after the login. 401.
    #[error(
        "Your session had ended, so nothing was saved. Please check what you typed and send it again."
    )]
    SessionExpiredDuringSubmit,
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
}

/// An invalid field of a form, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// The field.
    pub field: Field,
    /// The reason why it is invalid.
    pub reason: InvalidReason,
}

/// The fields of the forms on the products page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

const FIELDS: [(Field, &str); 4] = [
    (Field::Name, "name"),
    (Field::Category, "category"),
    (Field::Price, "price"),
    (Field::Stock, "stock"),
];

const REASONS: [(InvalidReason, &str); 5] = [
    (InvalidReason::Missing, "missing"),
    (InvalidReason::TooLong, "too_long"),
    (InvalidReason::NotANumber, "not_a_number"),
    (InvalidReason::TooLarge, "too_large"),
    (InvalidReason::Refused, "refused"),
];

/// Returns the code of `value` in `table`, which contains every value.
fn code_of<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table
        .iter()
        .find(|(entry, _)| entry == value)
        .map_or("", |(_, code)| code)
}

fn value_of<T: Copy>(table: &[(T, &'static str)], code: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, entry)| *entry == code)
        .map(|(value, _)| *value)
}

impl Field {
    /// Returns the field's name in forms and in JSON.
    pub fn name(self) -> &'static str {
        code_of(&FIELDS, &self)
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

impl AppError {
    /// Returns the error for a code from the query of a page.
    pub fn from_code(code: String) -> Self {
        ErrorBody::new(code).into()
    }

    /// Returns why `field` is invalid; `None` if it is valid.
    pub fn reason_for(&self, field: Field) -> Option<InvalidReason> {
        match self {
            Self::Invalid(fields) => fields
                .iter()
                .find(|invalid| invalid.field == field)
                .map(|invalid| invalid.reason),
            _ => None,
        }
    }
}

impl ServerFnErrorExt for AppError {
    fn status(&self) -> u16 {
        match self {
            Self::Auth(error) => error.status(),
            Self::SessionExpiredDuringSubmit => 401,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Invalid(_) => 422,
            Self::TooManyRequests => 429,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Auth(error) => error.code(),
            Self::SessionExpiredDuringSubmit => "unsent",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Invalid(_) => "invalid",
            Self::TooManyRequests => "too_many_requests",
        }
    }

    fn auth(&self) -> Option<&AuthError> {
        match self {
            Self::Auth(error) => Some(error),
            _ => None,
        }
    }
}

impl From<AppError> for ErrorBody {
    fn from(error: AppError) -> Self {
        let mut body = Self::new(error.code());
        match error {
            AppError::Auth(error) => return error.into(),
            AppError::Invalid(fields) => {
                let problems = fields.into_iter().map(|invalid| FieldProblem {
                    field: invalid.field.name().into(),
                    problem: code_of(&REASONS, &invalid.reason).into(),
                });
                body.fields = Some(problems.collect());
            }
            AppError::SessionExpiredDuringSubmit
            | AppError::NotFound
            | AppError::Conflict
            | AppError::TooManyRequests => {}
        }
        body
    }
}

impl From<ErrorBody> for AppError {
    fn from(body: ErrorBody) -> Self {
        match body.code.as_str() {
            "unsent" => Self::SessionExpiredDuringSubmit,
            "not_found" => Self::NotFound,
            "conflict" => Self::Conflict,
            "too_many_requests" => Self::TooManyRequests,
            "invalid" => Self::Invalid(
                body.fields
                    .iter()
                    .flatten()
                    .filter_map(|problem| {
                        Some(InvalidField {
                            field: value_of(&FIELDS, &problem.field)?,
                            reason: value_of(&REASONS, &problem.problem)?,
                        })
                    })
                    .collect(),
            ),
            _ => Self::Auth(body.into()),
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = ErrorJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Auth(AuthError::from_server_fn_error(error))
    }

    fn ser(&self) -> Bytes {
        encode_error(self)
    }

    fn de(data: Bytes) -> Self {
        decode_error(data)
    }
}

#[cfg(test)]
mod tests;
