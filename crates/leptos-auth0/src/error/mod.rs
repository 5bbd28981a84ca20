//! Errors between server and browser.

mod access_denied;
mod auth_error;
mod status;

pub use access_denied::{AccessDenied, GrantKind, MissingGrant};
pub use auth_error::{ApiFailure, AuthError, Explanation, StepUpLogin};
pub use status::ErrorStatus;

#[cfg(test)]
mod tests;
