//! Errors between server and browser.

mod auth_error;
mod body;
mod codec;
mod ext;

pub use auth_error::{ApiFailure, AuthError, Explanation};
pub use body::{ErrorBody, FieldProblem};
pub use codec::{ErrorJson, decode_error, encode_error, set_page_status};
pub use ext::ServerFnErrorExt;

#[cfg(test)]
mod tests;
