//! The closed list of what can go wrong on this site, as the browser may know it.

use leptos::server_fn::{
    Bytes,
    error::{FromServerFnError, ServerFnErrorErr},
};
use leptos_auth0::{
    AuthError, ErrorBody, ErrorJson, FieldProblem, ServerFnAnswer, decode_error, encode_error,
};

/// Why something on this site failed. Each variant has one sentence for the person; none carries text of a lower
/// layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Login, tokens, or the way to the API.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A form met the end of its session, and came back after a login. 401.
    #[error(
        "Your session had ended, so nothing was saved. Please check what you typed and send it again."
    )]
    Unsent,
    /// There is no such product. 404.
    #[error("This product is not there any more.")]
    NotFound,
    /// The form cannot be taken as it is. 422.
    #[error("Please correct the marked fields. Nothing was saved yet.")]
    Invalid(Vec<InvalidField>),
    /// The API refused, because of what is there already. 409.
    #[error("There is no room for another one: the list is full.")]
    Conflict,
    /// The API asked to slow down. 429.
    #[error("That was a bit fast. Please wait a moment and try again.")]
    TooManyRequests,
}

/// A field of a form that cannot be taken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Which.
    pub field: Field,
    /// Why.
    pub fault: FieldFault,
}

/// The fields of the forms on the products page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What the product is called.
    Name,
    /// What kind of product it is.
    Category,
    /// What it costs.
    Price,
    /// How many there are.
    Stock,
}

/// What can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldFault {
    /// It is empty.
    Missing,
    /// It has more characters than the API takes.
    TooLong,
    /// It is not a number of the expected kind.
    NotANumber,
    /// The number is larger than the API takes.
    TooLarge,
    /// The API does not take it.
    Refused,
}

const FIELDS: [(Field, &str); 4] = [
    (Field::Name, "name"),
    (Field::Category, "category"),
    (Field::Price, "price"),
    (Field::Stock, "stock"),
];

const FAULTS: [(FieldFault, &str); 5] = [
    (FieldFault::Missing, "missing"),
    (FieldFault::TooLong, "too_long"),
    (FieldFault::NotANumber, "not_a_number"),
    (FieldFault::TooLarge, "too_large"),
    (FieldFault::Refused, "refused"),
];

/// The word for `value` in `table`, which lists every value.
fn word<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table
        .iter()
        .find(|(entry, _)| entry == value)
        .map_or("", |(_, word)| word)
}

fn value<T: Copy>(table: &[(T, &'static str)], word: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, entry)| *entry == word)
        .map(|(value, _)| *value)
}

impl Field {
    /// The field's name in forms and on the wire.
    pub fn name(self) -> &'static str {
        word(&FIELDS, &self)
    }
}

impl InvalidField {
    /// What to tell the person.
    pub fn sentence(self) -> &'static str {
        match (self.fault, self.field) {
            (FieldFault::Missing, _) => "Please fill this in.",
            (FieldFault::TooLong, Field::Name) => "Please use at most 80 characters.",
            (FieldFault::TooLong, _) => "Please use at most 40 characters.",
            (FieldFault::NotANumber, Field::Price) => "Please enter a price such as 12.50.",
            (FieldFault::NotANumber, _) => "Please enter a whole number such as 4.",
            (FieldFault::TooLarge, _) => "This number is too large.",
            (FieldFault::Refused, _) => "This is not accepted here.",
        }
    }
}

impl AppError {
    /// The error that a page was sent back with: its code is all there is.
    pub fn from_code(code: String) -> Self {
        ErrorBody::new(code).into()
    }

    /// What is wrong with `field`, if that is what is wrong.
    pub fn fault_of(&self, field: Field) -> Option<FieldFault> {
        match self {
            Self::Invalid(fields) => fields
                .iter()
                .find(|invalid| invalid.field == field)
                .map(|invalid| invalid.fault),
            _ => None,
        }
    }
}

impl ServerFnAnswer for AppError {
    fn status(&self) -> u16 {
        match self {
            Self::Auth(error) => error.status(),
            Self::Unsent => 401,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Invalid(_) => 422,
            Self::TooManyRequests => 429,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Auth(error) => error.code(),
            Self::Unsent => "unsent",
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
                    problem: word(&FAULTS, &invalid.fault).into(),
                });
                body.fields = Some(problems.collect());
            }
            AppError::Unsent
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
            "unsent" => Self::Unsent,
            "not_found" => Self::NotFound,
            "conflict" => Self::Conflict,
            "too_many_requests" => Self::TooManyRequests,
            "invalid" => Self::Invalid(
                body.fields
                    .iter()
                    .flatten()
                    .filter_map(|problem| {
                        Some(InvalidField {
                            field: value(&FIELDS, &problem.field)?,
                            fault: value(&FAULTS, &problem.problem)?,
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
