//! Errors between server and browser.

mod auth_error;
mod status;

pub use auth_error::{ApiFailure, AuthError, Explanation, StepUpLogin};
pub use status::ErrorStatus;

#[cfg(test)]
mod tests;
