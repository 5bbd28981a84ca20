//! Errors between server and browser.

mod auth_error;
mod server_fn_error;
mod status;

pub use auth_error::{ApiFailure, AuthError, Explanation};
pub use server_fn_error::respond;
pub use status::{ErrorStatus, set_page_status};

#[cfg(test)]
mod tests;
